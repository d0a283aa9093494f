/** `buildToolchain` builds the parts of the toolchain that are missing. */
import { join } from "node:path";
import { withLock } from "../../command-line/lock.js";
import { systemPulumi, toolchainChoice } from "./choice";
import { ToolchainError } from "./errors";
import { findGo, goEnvironment, goRelease } from "./go-tool";
import { bundleKey, foldersKey, goKey } from "./keys";
import { type Layout, projectLayout } from "./layout";
import { liveProgress } from "./live-progress";
import { type Job, type Use, allJobs, isUsed } from "./parts";
import { type Missing, buildAll } from "./pipeline";
import { type Progress, plainProgress } from "./progress";
import { isWhole, readStamp } from "./stamp";

export { ToolchainError } from "./errors";
export { type ToolchainChoice, systemPulumi, toolchainChoice } from "./choice";
export type { Use } from "./parts";
export { type Progress, plainProgress, silent } from "./progress";

export interface BuildRequest {
    /** Shows what happens. The default is a live list on a terminal, and lines on standard error elsewhere. */
    readonly progress?: Progress;
    /** Names of parts (`kube-apiserver`, `pulumi-resource-tls`). The default is all. */
    readonly parts?: readonly string[];
    /** Builds only the parts that are used in these ways. The default is all. */
    readonly uses?: readonly Use[];
    /** Stops the build; what is compiled by then is kept. */
    readonly signal?: AbortSignal;
    readonly layout?: Layout;
    readonly env?: NodeJS.ProcessEnv;
}

export interface BuiltPart {
    readonly part: string;
    readonly version: string;
    readonly outcome: "built" | "cached";
    /** Duration of the build that made the part and perhaps others with it; 0 where cached. */
    readonly seconds: number;
}

/**
 * Builds the parts that are missing or whose pins have changed. Can be killed at any point and run again: a part
 * appears whole or not at all, and Go keeps what it has compiled. Of several processes that call it, one builds.
 *
 * With `EMBASSY_TOOLCHAIN=system` the Pulumi CLI, the language host and the providers are the user's own, and are not built.
 *
 * @returns one entry per part
 * @throws ToolchainError with a message for the user
 */
export async function buildToolchain(request: BuildRequest = {}): Promise<BuiltPart[]> {
    const { layout = projectLayout, env = process.env } = request;
    const jobs = wantedJobs(layout, env, request);
    if ((await findMissing(jobs, layout, env)).length === 0) {
        return report(jobs, new Map());
    }
    const progress = request.progress ?? (await defaultProgress());
    let failed = true;
    try {
        const build = async (): Promise<BuiltPart[]> => {
            const missing = await findMissing(jobs, layout, env);
            let seconds = new Map<string, number>();
            if (missing.length > 0) {
                progress.begin(missing, countParts(jobs) - countParts(missing));
                seconds = await buildAll(missing, { layout, env, progress, signal: request.signal });
            }
            failed = false;
            return report(jobs, seconds);
        };
        return await withLock(join(layout.bin, ".lock"), build, (pid) => progress.waitingFor(pid));
    } finally {
        await progress.end(failed);
    }
}

function wantedJobs(layout: Layout, env: NodeJS.ProcessEnv, { parts, uses }: BuildRequest): Missing[] {
    const all = allJobs(layout);
    const names = all.flatMap((job) => job.parts);
    const unknown = (parts ?? []).filter((part) => !names.includes(part));
    if (unknown.length > 0) {
        throw new ToolchainError(
            `No part of the toolchain is called ${unknown.join(", ")}: choose from ${names.join(", ")}.`,
        );
    }
    const system = toolchainChoice(env) === "system";
    if (system) {
        systemPulumi(env);
    }
    return all
        .filter((job) => !(system && job.purpose === "pulumi"))
        .map((job) =>
            only(job, (part) => (parts?.includes(part) ?? true) && (uses === undefined || isUsed(part, job, uses))),
        )
        .filter((task) => task.parts.length > 0);
}

async function findMissing(jobs: readonly Missing[], layout: Layout, env: NodeJS.ProcessEnv): Promise<Missing[]> {
    const release = await currentRelease(jobs, env);
    const isMissing = (job: Job, part: string): boolean => {
        const stamp = readStamp(layout.bin, part);
        if (stamp === undefined || !isWhole(stamp)) {
            return true;
        }
        switch (job.kind) {
            case "go":
                return stamp.key !== goKey(job, part) || (release !== undefined && stamp.go !== release);
            case "folders":
                return stamp.key !== foldersKey(job, part);
            case "bundle":
                return stamp.key !== bundleKey(job, layout, stamp.sources ?? []);
        }
    };
    return jobs
        .map(({ job, parts }) => only(job, (part) => parts.includes(part) && isMissing(job, part)))
        .filter((task) => task.parts.length > 0);
}

/** Undefined where Go is missing or too old, which matters only when there is something to build. */
async function currentRelease(jobs: readonly Missing[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
    const first = jobs.map(({ job }) => job).find((job) => job.kind === "go");
    if (first === undefined) {
        return undefined;
    }
    try {
        return goRelease((await findGo(first.folder, goEnvironment(env))).version);
    } catch (error) {
        if (error instanceof ToolchainError) {
            return undefined;
        }
        throw error;
    }
}

function only(job: Job, keep: (part: string) => boolean): Missing {
    return { job, parts: job.parts.filter(keep), version: job.version };
}

function countParts(tasks: readonly Missing[]): number {
    return tasks.reduce((sum, { parts }) => sum + parts.length, 0);
}

function report(jobs: readonly Missing[], seconds: ReadonlyMap<string, number>): BuiltPart[] {
    return jobs.flatMap(({ parts, version }) =>
        parts.map((part): BuiltPart => {
            const taken = seconds.get(part);
            return { part, version, outcome: taken === undefined ? "cached" : "built", seconds: taken ?? 0 };
        }),
    );
}

/** Used where another program reads standard output. */
export function linesOnStandardError(): Progress {
    return plainProgress((line) => process.stderr.write(`${line}\n`));
}

async function defaultProgress(): Promise<Progress> {
    // Some pseudo-terminals report zero rows: the list would be invisible there.
    if (process.stdout.isTTY && process.stdout.rows > 0) {
        return liveProgress();
    }
    return linesOnStandardError();
}
