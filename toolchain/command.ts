/** What the project's commands have in common: how they end. */

/** Something for the user to solve: its message says what was found, what would be right and how to go on. */
export class UserError extends Error {}

/**
 * Runs a command. A {@link UserError} is shown as its message alone; any other error is ours, and shown with its stack.
 *
 * @param main resolves to the exit code
 */
export function runCommand(main: () => Promise<number>): void {
    main().then(
        (code) => {
            process.exitCode = code;
        },
        (error: unknown) => {
            const isOurs = error instanceof Error && !(error instanceof UserError);
            process.stderr.write(`${isOurs ? (error.stack ?? error.message) : messageOf(error)}\n`);
            process.exitCode = 1;
        },
    );
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
