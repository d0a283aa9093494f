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
    return digest(
        [JSON.stringify(bundleOptions), startScript(job, layout), ...sources],
        [join(layout.root, "package-lock.json"), ...sources.map((source) => join(layout.root, source))],
    );
}
