/** The CLI keeps the stacks' states in this project's own back end, which is a folder. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "../../infra/conventions/names";
import { embassyHome } from "../../command-line/paths";

/**
 * The back end of `home` for the CLI.
 *
 * no_tmp_dir: a temporary file beside its target can be renamed onto it; one in /tmp may be on another disk.
 * metadata: leaving out the second file, which holds the first one's digest, saves a quarter of the time that saving a state takes.
 */
export function folderUrl(home: string): string {
    return `file://${join(home, "state")}?no_tmp_dir=true&metadata=skip`;
}

export const statesFolder = join(projects(embassyHome), PROJECT);

/** The newest state of `stack`, which does not exist before the first update. */
export function stateFile(stack: string, home = embassyHome): string {
    return join(projects(home), PROJECT, `${stack}.json`);
}

/** True where a compressed state is in the place of `file`: PULUMI_DIY_BACKEND_GZIP. */
export function isPacked(file: string): boolean {
    return existsSync(`${file}.gz`) || existsSync(`${file}.zst`);
}

/** True where any project has such a stack: benches and tests have projects of their own. */
export function hasState(stack: string, home: string): boolean {
    const folder = projects(home);
    return (
        existsSync(folder) && readdirSync(folder).some((project) => existsSync(join(folder, project, `${stack}.json`)))
    );
}

function projects(home: string): string {
    return join(home, "state", ".pulumi", "stacks");
}
