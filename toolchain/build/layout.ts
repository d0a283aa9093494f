/** The folders that a build reads and writes; tests use other ones. */
import { join } from "node:path";
import { binDir, embassyHome, pulumiHome, repoRoot } from "../../command-line/paths";

export interface Layout {
    readonly root: string;
    readonly home: string;
    readonly bin: string;
    /** The engine's plugin cache. */
    readonly plugins: string;
    /** One folder per Go module, with its go.mod and go.sum. */
    readonly modules: string;
    readonly packages: string;
}

export const projectLayout: Layout = {
    root: repoRoot,
    home: embassyHome,
    bin: binDir,
    plugins: join(pulumiHome, "plugins"),
    modules: join(repoRoot, "toolchain", "modules"),
    packages: join(repoRoot, "node_modules"),
};
