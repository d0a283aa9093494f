/** A failure that the user can mend: the message says what was found, what is needed, and how to go on. */
export class ToolchainError extends Error {
    override readonly name = "ToolchainError";
}
