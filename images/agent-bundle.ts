/** Bundles an agent, which is in TypeScript, into the one file that its container runs. */
import { join, sep } from "node:path";
import { bundleOptions } from "../toolchain/build/bundle";
import { repoRoot } from "../toolchain/paths";
import { ImageError } from "./error";

export interface AgentBundle {
    readonly content: string;
    /** Folders of the npm packages of which something is in it. */
    readonly packages: readonly string[];
}

/** @param agent name of its folder in `agents` */
export async function bundleAgent(agent: string): Promise<AgentBundle> {
    // Loaded only here: it takes a quarter of a second.
    const esbuild = await import("esbuild");
    const entry = join("agents", agent, "main.ts");
    const { outputFiles, metafile } = await esbuild
        .build({ ...bundleOptions, footer: {}, absWorkingDir: repoRoot, entryPoints: [entry] })
        .catch((error: unknown) => {
            throw new ImageError(
                `${entry} cannot be bundled: ${error instanceof Error ? error.message : String(error)}`,
            );
        });
    const packages = new Set(Object.keys(metafile.inputs).flatMap((input) => packageOf(input) ?? []));
    return { content: outputFiles[0]?.text ?? "", packages: [...packages].sort().map((path) => join(repoRoot, path)) };
}

/** The folder of the npm package that a source belongs to; undefined for one of ours. */
export function packageOf(source: string): string | undefined {
    const folders = source.split(sep);
    const last = folders.lastIndexOf("node_modules");
    return last < 0 ? undefined : folders.slice(0, last + (folders[last + 1]?.startsWith("@") ? 3 : 2)).join(sep);
}
