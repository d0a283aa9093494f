/** Bundles agents, which are in TypeScript, each into the one file that its container runs. */
import { join, sep } from "node:path";
import { bundleOptions } from "../toolchain/build/bundle";
import { repoRoot } from "../command-line/paths";
import { ImageError } from "./error";

export interface AgentBundle {
    readonly content: string;
    /** Folders of the npm packages of which something is in it. */
    readonly packages: readonly string[];
}

/**
 * Bundles all agents in one run, which reads what they share once, because it is asked for at every start of a site.
 *
 * @param agents names of their folders in `agents`
 * @returns the bundle of one of them
 */
export async function bundleAgents(agents: readonly string[]): Promise<(agent: string) => AgentBundle> {
    if (agents.length === 0) {
        // Most images have no agents, and esbuild takes a quarter of a second to load.
        return () => ({ content: "", packages: [] });
    }
    const esbuild = await import("esbuild");
    const entryPoints = agents.map((agent) => ({ in: join("agents", agent, "main.ts"), out: agent }));
    const { outputFiles, metafile } = await esbuild
        .build({ ...bundleOptions, footer: {}, absWorkingDir: repoRoot, entryPoints, outdir: OUT })
        .catch((error: unknown) => {
            throw new ImageError(
                `agents/${agents.join(", ")} cannot be bundled: ${error instanceof Error ? error.message : String(error)}`,
            );
        });
    return (agent) => {
        const out = join(OUT, `${agent}.js`);
        const content = outputFiles.find(({ path }) => path === join(repoRoot, out))?.text ?? "";
        const inputs = Object.keys(metafile.outputs[out]?.inputs ?? {});
        const packages = new Set(inputs.flatMap((input) => packageOf(input) ?? []));
        return { content, packages: [...packages].sort().map((path) => join(repoRoot, path)) };
    };
}

/** Output folder. Nothing is written there; it only keeps the agents' names apart. */
const OUT = "bundled";

/** The folder of the npm package that a source belongs to; undefined for one of ours. */
export function packageOf(source: string): string | undefined {
    const folders = source.split(sep);
    const last = folders.lastIndexOf("node_modules");
    return last < 0 ? undefined : folders.slice(0, last + (folders[last + 1]?.startsWith("@") ? 3 : 2)).join(sep);
}
