/** Bundles a plugin in TypeScript into one file, and writes the script that starts it. */
import { chmodSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import type { BuildOptions, Metafile } from "esbuild";
import { ToolchainError } from "./errors";
import type { Layout } from "./layout";
import type { BundleJob } from "./parts";
import { writeAtomically } from "./stamp";

/** The bundle is not minified: stack traces name functions and lines, and the compile cache makes its size matter little. */
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

/**
 * Node.js' flags for processes that live for seconds and make a burst of short-lived objects. With V8's default of 1 MiB for such objects,
 * a tenth of a preview goes into collecting them.
 */
export const SHORT_LIVED = ["--min-semi-space-size=16", "--max-semi-space-size=32"];

/** @returns the files written, and the bundle's sources relative to the clone, without those in node_modules */
export async function bundle(job: BundleJob, layout: Layout): Promise<{ files: string[]; sources: string[] }> {
    // esbuild is loaded only when there is something to bundle: loading it takes longer than finding out that there is not.
    const esbuild = await import("esbuild");
    const folder = dirname(job.executable);
    const beside = Object.entries(job.beside ?? {}).map(([file, entry]) => [join(folder, file), entry] as const);
    const entryPoints = [[bundlePath(job), job.entryPoint] as const, ...beside];
    const result = await esbuild
        .build({
            ...bundleOptions,
            absWorkingDir: layout.root,
            entryPoints: entryPoints.map(([out, entry]) => ({ in: entry, out: out.replace(/\.cjs$/, "") })),
            outdir: folder,
            outExtension: { ".js": ".cjs" },
        })
        .catch((error: unknown) => {
            throw new ToolchainError(
                `bundling ${job.parts.join(", ")}: ${error instanceof Error ? error.message : String(error)}`,
            );
        });
    for (const output of result.outputFiles) {
        writeAtomically(output.path, output.contents);
    }
    const files = [...result.outputFiles.map((output) => output.path), job.executable];
    writeAtomically(job.executable, startScript(job, layout), 0o755);
    // A umask may have taken the permission to execute.
    chmodSync(job.executable, 0o755);
    return { files, sources: ownSources(result.metafile, layout.root) };
}

/** The sources of a bundle, relative to the clone at `root`. Those in node_modules are left out, which package-lock.json tells. */
export function ownSources({ inputs }: Metafile, root: string): string[] {
    return Object.keys(inputs)
        .map((input) => relative(root, resolve(root, input)))
        .filter((input) => !input.split("/").includes("node_modules"));
}

function bundlePath(job: BundleJob): string {
    // The name ends in .cjs, so that Node.js reads it as CommonJS whatever package.json is above EMBASSY_HOME.
    return `${job.executable}.cjs`;
}

/** The executable that the engine starts. Its paths are absolute, because the engine runs it in folders of its own choice. */
export function startScript(job: BundleJob, { home }: Layout): string {
    // Node keeps the compiled code of the bundle there.
    const cache = quote(join(home, "cache", "node"));
    const command = [process.execPath, ...SHORT_LIVED, bundlePath(job)].map(quote).join(" ");
    return `#!/bin/sh\nNODE_COMPILE_CACHE=${cache} exec ${command} "$@"\n`;
}

function quote(text: string): string {
    return `'${text.replaceAll("'", "'\\''")}'`;
}
