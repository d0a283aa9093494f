/** The part that the project's commands have in common: how they end. */

/** An error that the user can solve: its message says what was found, what would be right and how to go on. */
export class UserError extends Error {}

/**
 * Runs a command. A {@link UserError} is shown as its message alone; any other error is ours, and is shown with its stack. The same goes for an
 * error that nobody handles, as of work that failed before it was awaited: the command runs to its end, so that what it has begun is
 * put in order, and then fails.
 *
 * @param main resolves to the exit code
 */
export function runCommand(main: () => Promise<number>): void {
    const told = new Set<unknown>();
    const tell = (error: unknown): void => {
        // An error that nobody handled at first may be awaited later.
        if (!told.has(error)) {
            told.add(error);
            process.stderr.write(`${shown(error)}\n`);
        }
        process.exitCode = 1;
    };
    // Node.js warns of errors that are handled late unless somebody listens; this one has been shown already.
    process.on("unhandledRejection", tell).on("rejectionHandled", () => undefined);
    main().then((code) => {
        process.exitCode = told.size > 0 ? 1 : code;
    }, tell);
}

function shown(error: unknown): string {
    if (!(error instanceof Error)) {
        return String(error);
    }
    return error instanceof UserError ? error.message : (error.stack ?? error.message);
}
