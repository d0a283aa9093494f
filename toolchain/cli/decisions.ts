/** Decisions that are made on the command line for one run: options of this project, which the CLI does not know. */
import { UserError } from "../../command-line/command";
import { commandOf } from "./stack-file";

const ACCEPT_LOSS = "--accept-loss";
export const NEW_KEYS = "--new-keys";
const DECIDING = new Set(["up", "update", "preview", "pre"]);
const DECISIONS: Readonly<Record<string, string>> = {
    [ACCEPT_LOSS]: "it lets a standby site become primary",
    [NEW_KEYS]: "it lets keys be made anew that the state lacks",
};

/**
 * @returns the CLI's own arguments, and the environment in which the program reads what was decided (infra/index.ts)
 * @throws UserError where there is nothing to decide
 */
export function takeDecisions(given: readonly string[]): {
    readonly args: string[];
    readonly decided: NodeJS.ProcessEnv;
    /** Keys that the state lacks are made again. */
    readonly newKeys: boolean;
} {
    const args = given.filter((argument) => !(argument in DECISIONS));
    const decides = (option: string): boolean => given.includes(option);
    for (const [option, meaning] of Object.entries(DECISIONS)) {
        if (decides(option) && !DECIDING.has(commandOf(args))) {
            throw new UserError(`${option} is for \`up\` and \`preview\`: ${meaning}.`);
        }
    }
    return { args, decided: decides(ACCEPT_LOSS) ? { EMBASSY_ACCEPT_LOSS: "true" } : {}, newKeys: decides(NEW_KEYS) };
}
