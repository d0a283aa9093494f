/** How the programs of an image come into it, and what is inside each. */
import { chmodSync, copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { buildToolchain } from "../toolchain/build";
import { digest, readStamp } from "../toolchain/build/stamp";
import { binDir, repoRoot } from "../command-line/paths";
import { type AgentBundle, bundleAgents } from "./agent-bundle";
import { type Component, goComponents, npmComponent } from "./contents";
import type { Image } from "./declaration";
import { ImageError } from "./error";

/** A program that is ready to be put into an image. */
export interface Made {
    /** Changes with whatever the program is made from. */
    readonly key: string;
    readonly install: (root: string) => void;
    readonly components: () => Promise<readonly Component[]>;
}

/** Builds what is missing. @throws UserError with a message for the user */
export async function makePrograms({ name, programs = [] }: Pick<Image, "name" | "programs">): Promise<Made[]> {
    const parts = programs.flatMap((program) => ("part" in program ? [program.part] : []));
    if (parts.length > 0) {
        await buildToolchain({ parts });
    }
    const agents = programs.flatMap((program) => ("agent" in program ? [program.agent] : []));
    const bundleOf = await bundleAgents(agents);
    return programs.map((program) => {
        const { path } = program;
        if ("part" in program) {
            return fromGo(program.part, path);
        }
        return "agent" in program ? fromAgent(bundleOf(program.agent), path) : fromNpm(name, program.npm, path);
    });
}

function fromGo(part: string, path: string): Made {
    const file = join(binDir, part);
    return {
        key: readStamp(binDir, part)?.key ?? "",
        install: (root) => copy(file, join(root, path)),
        components: () => goComponents(file),
    };
}

function fromAgent({ content, packages }: AgentBundle, path: string): Made {
    return {
        key: digest([content, ...packages]),
        install: (root) => {
            const file = join(root, path);
            mkdirSync(dirname(file), { recursive: true });
            writeFileSync(file, content, { mode: 0o644 });
        },
        components: () => Promise.resolve(packages.map(npmComponent)),
    };
}

/** A program that an npm package brings for each architecture: `<name>-linux-<architecture>`, as Node.js itself. */
function fromNpm(image: string, name: string, path: string): Made {
    const folder = join(repoRoot, "node_modules", `${name}-linux-${process.arch}`);
    const manifest = join(folder, "package.json");
    let version: string;
    try {
        ({ version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string });
    } catch {
        throw new ImageError(
            `Image ${image} takes ${name} from the npm package ${name}-linux-${process.arch}, which is not installed: ` +
                "run npm ci without --omit=optional.",
        );
    }
    return {
        key: `${name}@${version}`,
        install: (root) => copy(join(folder, "bin", name), join(root, path)),
        components: () => Promise.resolve([npmComponent(folder)]),
    };
}

function copy(from: string, to: string): void {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to);
    chmodSync(to, 0o755);
}
