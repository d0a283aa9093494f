/** Bundles agents, which are in TypeScript, each into the one file that its container runs. */
import { join, sep } from "node:path";
import { bundleOptions, ownSources } from "../toolchain/build/bundle";
import { repoRoot } from "../command-line/paths";
import { ImageError } from "./error";

export interface AgentBundle {
    readonly content: string;
    /** Folders of the npm packages of which something is in it. */
    readonly packages: readonly string[];
}

export interface AgentBundles {
    readonly of: (agent: string) => AgentBundle;
    /** Sources of all of them, relative to the clone, without those in node_modules. */
    readonly sources: readonly string[];
}

/** Bundles all agents in one run, which reads what they share once. @param agents names of their folders in `agents` */
export async function bundleAgents(agents: readonly string[]): Promise<AgentBundles> {
    if (agents.length === 0) {
        // Most images have no agents, and esbuild takes a quarter of a second to load.
        return { of: () => ({ content: "", packages: [] }), sources: [] };
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
    const of = (agent: string): AgentBundle => {
        const out = join(OUT, `${agent}.js`);
        const content = outputFiles.find(({ path }) => path === join(repoRoot, out))?.text ?? "";
        const inputs = Object.keys(metafile.outputs[out]?.inputs ?? {});
        const packages = new Set(inputs.flatMap((input) => packageOf(input) ?? []));
        return { content, packages: [...packages].sort().map((path) => join(repoRoot, path)) };
    };
    return { of, sources: ownSources(metafile, repoRoot) };
}

/** Output folder. Nothing is written there; it only keeps the agents' names apart. */
const OUT = "bundled";

/** The folder of the npm package that a source belongs to; undefined for one of ours. */
export function packageOf(source: string): string | undefined {
    const folders = source.split(sep);
    const last = folders.lastIndexOf("node_modules");
    return last < 0 ? undefined : folders.slice(0, last + (folders[last + 1]?.startsWith("@") ? 3 : 2)).join(sep);
}
