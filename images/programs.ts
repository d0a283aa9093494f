/** How the programs of an image come into it, and what is inside each. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildToolchain } from "../toolchain/build";
import { sourcesKey } from "../toolchain/build/keys";
import { digest, readStamp } from "../toolchain/build/stamp";
import { binDir, repoRoot } from "../command-line/paths";
import { type AgentBundle, bundleAgents } from "./agent-bundle";
import { type Component, goComponents, npmComponent } from "./contents";
import type { Image } from "./declaration";
import { ImageError } from "./error";

/** A program that is ready to be put into an image. */
export interface Made {
    readonly install: (root: string) => void;
    readonly components: () => Promise<readonly Component[]>;
}

type WithPrograms = Pick<Image, "name" | "programs">;

/** Builds the parts of the toolchain that are missing. @throws UserError with a message for the user */
export async function makeParts({ programs = [] }: WithPrograms): Promise<void> {
    const parts = programs.flatMap((program) => ("part" in program ? [program.part] : []));
    if (parts.length > 0) {
        await buildToolchain({ parts });
    }
}

/**
 * Changes with whatever the programs are made from. Agents are not bundled for it, which takes seconds: it is asked for at every start of a site.
 *
 * @param sources that the agents were bundled from, as {@link makePrograms} says
 */
export function programsKey({ name, programs = [] }: WithPrograms, sources: readonly string[]): string {
    return digest([
        ...programs.map((program) => {
            if ("part" in program) {
                return readStamp(binDir, program.part)?.key ?? "";
            }
            return "agent" in program ? program.agent : npmProgram(name, program.npm).key;
        }),
        sources.length > 0 ? sourcesKey(repoRoot, sources) : "",
    ]);
}

/** Makes the programs, once their parts are there. @throws UserError with a message for the user */
export async function makePrograms({
    name,
    programs = [],
}: WithPrograms): Promise<{ programs: Made[]; sources: readonly string[] }> {
    const agents = programs.flatMap((program) => ("agent" in program ? [program.agent] : []));
    const bundles = await bundleAgents(agents);
    const made = programs.map((program) => {
        const { path } = program;
        if ("part" in program) {
            return fromGo(program.part, path);
        }
        return "agent" in program ? fromAgent(bundles.of(program.agent), path) : fromNpm(name, program.npm, path);
    });
    return { programs: made, sources: bundles.sources };
}

function fromGo(part: string, path: string): Made {
    const file = join(binDir, part);
    return {
        install: (root) => copy(file, join(root, path)),
        components: () => goComponents(file),
    };
}

function fromAgent({ content, packages }: AgentBundle, path: string): Made {
    return {
        install: (root) => {
            const file = join(root, path);
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, content, { mode: 0o644 });
        },
        components: () => Promise.resolve(packages.map(npmComponent)),
    };
}

function fromNpm(image: string, name: string, path: string): Made {
    const { folder } = npmProgram(image, name);
    return {
        install: (root) => copy(join(folder, "bin", name), join(root, path)),
        components: () => Promise.resolve([npmComponent(folder)]),
    };
}

/** A program that an npm package brings for each architecture: `<name>-linux-<architecture>`, as Node.js itself. */
function npmProgram(image: string, name: string): { readonly folder: string; readonly key: string } {
    const folder = join(repoRoot, "node_modules", `${name}-linux-${process.arch}`);
    try {
        const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { version: string };
        return { folder, key: `${name}@${version}` };
    } catch {
        throw new ImageError(
            `Image ${image} takes ${name} from the npm package ${name}-linux-${process.arch}, which is not installed: ` +
                "run npm ci without --omit=optional.",
        );
    }
}

function copy(from: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    chmodSync(to, 0o755);
}
