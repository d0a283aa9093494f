/** Digests of everything that a part is made from: a part is built again when its digest changes. */
import { join } from "node:path";
import { bundleOptions, startScript } from "./bundle";
import { buildArguments } from "./go-build";
import type { Layout } from "./layout";
import type { BundleJob, GoJob } from "./parts";
import { digest } from "./stamp";

/** Of a program: its pins, and how it is built. The Go release is compared apart (see Stamp). */
export function goKey(job: GoJob, part: string): string {
    return digest(
        [process.platform, process.arch, ...buildArguments(job, [part])],
        [join(job.folder, "go.mod"), join(job.folder, "go.sum")],
    );
}

/** Of a plugin: its own sources, what package-lock.json says about the others, and how it is started. */
export function bundleKey(job: BundleJob, layout: Layout, sources: readonly string[]): string {
    return digest(
        [JSON.stringify(bundleOptions), startScript(job, layout), ...sources],
        [join(layout.root, "package-lock.json"), ...sources.map((source) => join(layout.root, source))],
    );
}
