/** What the project's commands have in common: how they end. */

/** Something for the user to solve: its message says what was found, what would be right and how to go on. */
export class UserError extends Error {}

/**
 * Runs a command. A {@link UserError} is shown as its message alone; any other error is ours, and shown with its stack. So is one
 * of which nobody hears, as of work that failed before it was waited for: the command goes on to its end, so that what it has
 * begun is put in order, and fails.
 *
 * @param main resolves to the exit code
 */
export function runCommand(main: () => Promise<number>): void {
    const told = new Set<unknown>();
    const tell = (error: unknown): void => {
        // What nobody heard of at first may be waited for later.
        if (!told.has(error)) {
            told.add(error);
            process.stderr.write(`${shown(error)}\n`);
        }
        process.exitCode = 1;
    };
    // Node.js warns of what is heard late unless somebody listens: it has been told.
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
