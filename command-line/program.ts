/** Runs command lines that commander reads. It is separate from command.ts, so that other commands do not load commander. */
import { type Command, CommanderError, type Option } from "commander";
import { UserError } from "./command";
import { refuseBlank } from "./typed";

/**
 * Refuses, before anything is done, an option with one value that is given twice, and an empty value or argument.
 *
 * @param program makes the command; its `fail` gets the exit code where something was found wrong
 * @param argv only the arguments
 * @returns the exit code
 */
export async function runProgram(
    program: (fail: (code: number) => void) => Command,
    argv: readonly string[],
): Promise<number> {
    let code = 0;
    const command = program((worse) => {
        code = worse;
    });
    strict(command);
    command.hook("preAction", (_, action) => action.args.forEach((word) => refuseBlank("An argument", word)));
    try {
        await command.parseAsync([...argv], { from: "user" });
        return code;
    } catch (error) {
        if (error instanceof CommanderError) {
            return error.exitCode;
        }
        throw error;
    }
}

function strict(command: Command): void {
    command.exitOverride();
    command.options.filter(({ required, optional }) => required || optional).forEach((option) => once(command, option));
    command.commands.forEach(strict);
}

/** By itself, commander takes the last value of several. */
function once(command: Command, option: Option): void {
    const name = option.long ?? option.flags;
    let first: string | undefined;
    command.on(`option:${option.name()}`, (value: string) => {
        refuseBlank(name, value);
        if (first !== undefined && !option.variadic) {
            throw new UserError(`${name} is given twice, as "${first}" and as "${value}": it takes one value.`);
        }
        first = value;
    });
}
