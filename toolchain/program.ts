/** Runs the command lines that commander reads. Apart from command.ts: what needs no commander does not load it. */
import { type Command, CommanderError } from "commander";

/**
 * @param program makes the command, which throws in place of exiting (`exitOverride`); `fail` is told the exit code where
 *     something was found wrong
 * @param argv arguments alone
 * @returns the exit code
 */
export async function runProgram(
    program: (fail: (code: number) => void) => Command,
    argv: readonly string[],
): Promise<number> {
    let code = 0;
    try {
        await program((worse) => {
            code = worse;
        }).parseAsync([...argv], { from: "user" });
        return code;
    } catch (error) {
        if (error instanceof CommanderError) {
            return error.exitCode;
        }
        throw error;
    }
}
