/** What is decided on the command line and for one run: options of this project, which the CLI does not know. */
import { UserError } from "../../command-line/command";
import { commandOf } from "./stack-file";

const ACCEPT_LOSS = "--accept-loss";
const DECIDING = new Set(["up", "update", "preview", "pre"]);

/**
 * @returns the CLI's own arguments, and the environment in which the program reads what was decided (infra/index.ts)
 * @throws UserError where there is nothing to decide
 */
export function takeDecisions(given: readonly string[]): {
    readonly args: string[];
    readonly decided: NodeJS.ProcessEnv;
} {
    const args = given.filter((argument) => argument !== ACCEPT_LOSS);
    if (args.length === given.length) {
        return { args, decided: {} };
    }
    if (!DECIDING.has(commandOf(args))) {
        throw new UserError(`${ACCEPT_LOSS} is for \`up\` and \`preview\`: it lets a standby site become primary.`);
    }
    return { args, decided: { EMBASSY_ACCEPT_LOSS: "true" } };
}
