/** Where the CLI keeps the stacks' states in this project's own back end, a folder. */
import { join } from "node:path";
import { PROJECT } from "../../infra/config";
import { stateDir } from "../paths";

export const statesFolder = join(stateDir, ".pulumi", "stacks", PROJECT);

/** The newest state of `stack`; there is none before its first update. */
export function stateFile(stack: string): string {
    return join(statesFolder, `${stack}.json`);
}
