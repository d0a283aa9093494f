/** Runs the builds that are needed, in an order that keeps network and processors busy at once. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./bundle";
import { checkSpace, spaceNeeded } from "./disk";
import { ToolchainError } from "./errors";
import { type GoContext, build, download, downloadModule } from "./go-build";
import { copyFolders } from "./go-folders";
import { findGo, goEnvironment, goRelease, parallelism } from "./go-tool";
import { bundleKey, foldersKey, goKey } from "./keys";
import type { Layout } from "./layout";
import type { BundleJob, FoldersJob, GoJob, Job } from "./parts";
import type { Progress } from "./progress";
import { writeStamp } from "./stamp";

/** A job and those of its parts that have to be built. */
export interface Missing<J extends Job = Job> {
    readonly job: J;
    readonly parts: readonly string[];
    readonly version: string;
}

export interface Surroundings {
    readonly layout: Layout;
    readonly env: NodeJS.ProcessEnv;
    readonly progress: Progress;
    readonly signal?: AbortSignal | undefined;
}

/** @returns part → seconds that its build took */
export async function buildAll(missing: readonly Missing[], around: Surroundings): Promise<Map<string, number>> {
    const seconds = new Map<string, number>();
    // The first failure ends the other builds, and is the one that the caller gets.
    const failure = new AbortController();
    const signal = AbortSignal.any([failure.signal, ...(around.signal ? [around.signal] : [])]);
    const timed = async (task: Missing, work: () => Promise<void>): Promise<void> => {
        const since = performance.now();
        await work();
        const taken = (performance.now() - since) / 1000;
        task.parts.forEach((part) => seconds.set(part, taken));
        around.progress.done(task, taken);
    };
    const builds = [
        ...missing.filter(isBundle).map((task) => timed(task, () => buildBundle(task, around))),
        ...missing.filter(isFolders).map((task) => timed(task, () => takeFolders(task, { ...around, signal }))),
        buildPrograms(missing.filter(isGo), { ...around, signal }, timed),
    ];
    await Promise.all(
        builds.map((result) =>
            result.catch((error: unknown) => {
                failure.abort(error);
            }),
        ),
    );
    if (around.signal?.aborted) {
        throw new ToolchainError(
            "The build of the toolchain was stopped. Run the command again: what is compiled is kept.",
        );
    }
    failure.signal.throwIfAborted();
    return seconds;
}

async function buildBundle(task: Missing<BundleJob>, { layout, progress }: Surroundings): Promise<void> {
    progress.step(task, "bundling", "");
    const { files, sources } = await bundle(task.job, layout);
    const key = bundleKey(task.job, layout, sources);
    for (const part of task.parts) {
        writeStamp(layout.bin, part, { key, version: task.version, sources }, files);
    }
}

async function takeFolders(
    task: Missing<FoldersJob>,
    { layout, env, progress, signal = AbortSignal.any([]) }: Surroundings,
): Promise<void> {
    const context = { env: goEnvironment(env), bin: layout.bin, signal };
    await findGo(task.job.folder, context.env, signal);
    progress.step(task, "downloading", "");
    await downloadModule(task.job, context);
    for (const part of task.parts) {
        const files = await copyFolders(task.job, part, context);
        writeStamp(layout.bin, part, { key: foldersKey(task.job, part), version: task.version }, files);
    }
}

/**
 * Builds one module after the other: a single `go build` keeps all processors busy, and two at once would compile twice what they share.
 * Downloads wait for the network rather than for a processor, so they run ahead of the builds.
 */
async function buildPrograms(
    missing: readonly Missing<GoJob>[],
    { layout, env, progress, signal = AbortSignal.any([]) }: Surroundings,
    timed: (task: Missing, work: () => Promise<void>) => Promise<void>,
): Promise<void> {
    const [first] = missing;
    if (first === undefined) {
        return;
    }
    const temporary = join(layout.home, "tmp", "go");
    // This process holds the builder's lock, so a build that was killed has left what is here.
    for (const leftover of [temporary, join(layout.bin, ".drafts")]) {
        rmSync(leftover, { recursive: true, force: true });
        mkdirSync(leftover, { recursive: true });
    }
    const goEnv = goEnvironment(env, temporary);
    const go = await findGo(first.job.folder, goEnv, signal);
    const jobs = missing.map(({ job }) => job);
    await checkSpace(await spaceNeeded(jobs, go, layout.home));

    const context: GoContext = { env: goEnv, bin: layout.bin, jobs: parallelism(env), signal };
    const downloads = downloadInTurn(missing, context, progress);
    const compiledOnce = new Set<string>();
    for (const task of missing) {
        const packages = ((await downloads.get(task)) ?? []).filter((path) => !compiledOnce.has(path));
        packages.filter(isStandard).forEach((path) => compiledOnce.add(path));
        let compiled = 0;
        const tell = (): void => {
            progress.step(task, "compiling", `${compiled} of ${packages.length} packages`);
        };
        await timed(task, async () => {
            tell();
            const binaries = await build(task.job, task.parts, context, () => {
                compiled += 1;
                tell();
            });
            for (const [part, binary] of Object.entries(binaries)) {
                const files = [binary, ...(await copyFolders(task.job, part, context))];
                const key = goKey(task.job, part);
                writeStamp(layout.bin, part, { key, version: task.version, go: goRelease(go.version) }, files);
            }
        });
    }
    rmSync(temporary, { recursive: true, force: true });
    rmSync(join(layout.bin, ".drafts"), { recursive: true, force: true });
}

/** True for a package of Go itself, which is the same for every module; any other may be needed in several versions. */
function isStandard(importPath: string): boolean {
    return !(importPath.split("/", 1)[0] ?? "").includes(".");
}

/** Starts the downloads, one after the other. @returns task → import paths of its packages, once downloaded */
function downloadInTurn(
    missing: readonly Missing<GoJob>[],
    context: GoContext,
    progress: Progress,
): Map<Missing, Promise<string[]>> {
    let previous: Promise<unknown> = Promise.resolve();
    return new Map(
        missing.map((task) => {
            let modules = 0;
            const downloaded = previous.then(async () => {
                progress.step(task, "downloading", "");
                const packages = await download(task.job, task.parts, context, () => {
                    modules += 1;
                    progress.step(task, "downloading", `${modules} modules`);
                });
                progress.step(task, "waiting", "");
                return packages;
            });
            previous = downloaded;
            // It is awaited when its turn to be built comes; until then a failure must not count as unhandled.
            downloaded.catch(() => undefined);
            return [task, downloaded];
        }),
    );
}

function isBundle(task: Missing): task is Missing<BundleJob> {
    return task.job.kind === "bundle";
}

function isFolders(task: Missing): task is Missing<FoldersJob> {
    return task.job.kind === "folders";
}

function isGo(task: Missing): task is Missing<GoJob> {
    return task.job.kind === "go";
}
