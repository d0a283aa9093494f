/** Asks a registry through its own tool, and says which tool failed and how to go on. */
import { UserError } from "../../command-line/command";
import { run } from "../build/run";

/**
 * @param codes the exit codes that are not a failure
 * @returns what the tool printed
 * @throws UserError where the tool is missing or fails
 */
export async function ask(
    [tool = "", ...args]: readonly string[],
    cwd: string,
    env: NodeJS.ProcessEnv = process.env,
    codes: readonly number[] = [0],
): Promise<string> {
    const outcome = await run(tool, args, { cwd, env }).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            throw new UserError(`${tool} is not on PATH: install it, and run the command again.`);
        }
        throw error;
    });
    if (!codes.includes(outcome.code ?? -1)) {
        throw new UserError(
            `${[tool, ...args].join(" ")} failed, so what its registry serves is not known:\n${outcome.stderr}\n` +
                "Check that the registry can be reached, and run the command again.",
        );
    }
    return outcome.stdout;
}
