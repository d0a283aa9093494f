/** Bundles a plugin in TypeScript into one file, and writes the script that starts it. */
import { chmodSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import type { BuildOptions } from "esbuild";
import { ToolchainError } from "./errors";
import type { Layout } from "./layout";
import type { BundleJob } from "./parts";
import { writeAtomically } from "./stamp";

/** Not minified: a plugin's stack trace is to name functions and lines, and the compile cache makes size matter little. */
export const bundleOptions = {
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    treeShaking: true,
    legalComments: "none",
    // The engine ends its plugins by a signal, and Node writes its compile cache only at an orderly exit.
    footer: { js: 'setTimeout(() => require("node:module").flushCompileCache(), 1000).unref();' },
    logLevel: "silent",
    metafile: true,
    write: false,
} as const satisfies BuildOptions;

/** @returns the files written, and the bundle's sources relative to the clone, those in node_modules left out */
export async function bundle(job: BundleJob, layout: Layout): Promise<{ files: string[]; sources: string[] }> {
    // Loaded only when there is something to bundle: it takes longer than finding out that there is not.
    const esbuild = await import("esbuild");
    const result = await esbuild
        .build({ ...bundleOptions, absWorkingDir: layout.root, entryPoints: [job.entryPoint] })
        .catch((error: unknown) => {
            throw new ToolchainError(
                `bundling ${job.parts.join(", ")}: ${error instanceof Error ? error.message : String(error)}`,
            );
        });
    const [output] = result.outputFiles;
    if (output === undefined) {
        throw new Error(`esbuild wrote nothing for ${job.entryPoint}`);
    }
    const files = [bundlePath(job), job.executable];
    writeAtomically(bundlePath(job), output.contents);
    writeAtomically(job.executable, startScript(job, layout), 0o755);
    // A umask may have taken the permission to execute.
    chmodSync(job.executable, 0o755);
    const sources = Object.keys(result.metafile.inputs)
        .map((input) => relative(layout.root, resolve(layout.root, input)))
        .filter((input) => !input.split("/").includes("node_modules"));
    return { files, sources };
}

function bundlePath(job: BundleJob): string {
    // .cjs: what it is, whatever package.json is above EMBASSY_HOME.
    return `${job.executable}.cjs`;
}

/** The executable that the engine starts. Absolute paths: the engine runs it in folders of its own choice. */
export function startScript(job: BundleJob, { home }: Layout): string {
    // Node keeps the compiled code of the bundle there.
    const cache = quote(join(home, "cache", "node"));
    return `#!/bin/sh\nNODE_COMPILE_CACHE=${cache} exec ${quote(process.execPath)} ${quote(bundlePath(job))} "$@"\n`;
}

function quote(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}
