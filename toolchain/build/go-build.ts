/** Downloads and builds the parts of one Go module. */
import { renameSync } from "node:fs";
import { basename, join } from "node:path";
import { explainGo } from "./go-errors";
import type { FoldersJob, GoJob } from "./parts";
import { run } from "./run";

export interface GoContext {
    readonly env: NodeJS.ProcessEnv;
    readonly bin: string;
    readonly jobs: number;
    readonly signal: AbortSignal;
}

/** The arguments of `go build` that decide what the binaries are. */
export function buildArguments(job: GoJob, parts: readonly string[]): string[] {
    return [...tagged(job), "-ldflags", job.ldflags, ...importPaths(job, parts)];
}

/**
 * Downloads the modules that the parts need, which is fewer than `go mod download` would.
 *
 * @param onModule is called once for each module that is downloaded
 * @returns import paths of the packages to compile
 */
export async function download(
    job: GoJob,
    parts: readonly string[],
    { env, signal }: GoContext,
    onModule: () => void,
): Promise<string[]> {
    const onLine = (line: string): void => {
        if (line.startsWith("go: downloading ")) {
            onModule();
        }
    };
    const outcome = await run("go", ["list", "-deps", ...tagged(job), ...importPaths(job, parts)], {
        cwd: job.folder,
        env,
        signal,
        onLine,
    });
    if (outcome.code !== 0) {
        throw explainGo(outcome, { doing: `downloading the modules of ${parts.join(", ")}`, folder: job.folder });
    }
    return outcome.stdout.split("\n").filter(Boolean);
}

/** Downloads the job's module alone, and checks it against go.sum. */
export async function downloadModule(
    { folder, module }: FoldersJob,
    { env, signal }: Pick<GoContext, "env" | "signal">,
): Promise<void> {
    const outcome = await run("go", ["mod", "download", module], { cwd: folder, env, signal });
    if (outcome.code !== 0) {
        throw explainGo(outcome, { doing: `downloading ${module}`, folder });
    }
}

/**
 * Builds the parts into the context's `bin`.
 *
 * @param onPackage is called with the import path of each package that is compiled; those in go's build cache are not
 * @returns part → its binary
 */
export async function build(
    job: GoJob,
    parts: readonly string[],
    { env, bin, jobs, signal }: GoContext,
    onPackage: (importPath: string) => void,
): Promise<Record<string, string>> {
    // The drafts are on the same file system as `bin`, where a rename is atomic.
    const drafts = join(bin, ".drafts");
    // go names one of several binaries after its package's folder.
    const output = parts.length === 1 ? join(drafts, parts[0] ?? "") : `${drafts}/`;
    const draftOf = (part: string): string => join(drafts, parts.length === 1 ? part : basename(importPath(job, part)));
    const args = ["build", "-v", "-p", String(jobs), "-o", output, ...buildArguments(job, parts)];
    const outcome = await run("go", args, {
        cwd: job.folder,
        env,
        signal,
        onLine: (line) => {
            if (/^[^\s:]+$/.test(line)) {
                onPackage(line);
            }
        },
    });
    if (outcome.code !== 0) {
        throw explainGo(outcome, { doing: `building ${parts.join(", ")}`, folder: job.folder });
    }
    const binaries = parts.map((part) => [part, join(bin, part)] as const);
    for (const [part, binary] of binaries) {
        renameSync(draftOf(part), binary);
    }
    return Object.fromEntries(binaries);
}

function tagged({ tags }: GoJob): string[] {
    return tags.length === 0 ? [] : ["-tags", tags.join()];
}

function importPaths(job: GoJob, parts: readonly string[]): string[] {
    return parts.map((part) => importPath(job, part));
}

function importPath(job: GoJob, part: string): string {
    return job.packages[part] ?? part;
}
