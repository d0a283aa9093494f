/** Digests of everything that a part is made from: a part is built again when its digest changes. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { bundleOptions, startScript } from "./bundle";
import { buildArguments } from "./go-build";
import type { Layout } from "./layout";
import type { BundleJob, FoldersJob, GoJob } from "./parts";
import { digest } from "./stamp";

/** Key of a program: its pins, a main package of ours, how it is built, and the folders that it takes along. Stamp compares the Go release separately. */
export function goKey(job: GoJob, part: string): string {
    const own = readdirSync(job.folder, { encoding: "utf8", recursive: true }).filter((file) => file.endsWith(".go"));
    return digest(
        [process.platform, process.arch, ...buildArguments(job, [part]), ...(job.folders[part] ?? [])],
        ["go.mod", "go.sum", ...own.sort()].map((file) => join(job.folder, file)),
    );
}

/** Key of folders of a module: its pins, and which folders they are. */
export function foldersKey({ folder, folders }: FoldersJob, part: string): string {
    return digest(
        folders[part] ?? [],
        ["go.mod", "go.sum"].map((file) => join(folder, file)),
    );
}

/** Key of a plugin: its own sources, what package-lock.json says about the others, and how it is started. */
export function bundleKey(job: BundleJob, layout: Layout, sources: readonly string[]): string {
    return digest([startScript(job, layout), sourcesKey(layout.root, sources)]);
}

/** Key of what is bundled from `sources` of the clone at `root`: of these, of how esbuild reads them, and of the packages beside them. */
export function sourcesKey(root: string, sources: readonly string[]): string {
    const files = ["package-lock.json", "package.json", "tsconfig.json", ...sources];
    return digest(
        [JSON.stringify(bundleOptions), ...sources],
        files.map((file) => join(root, file)),
    );
}
