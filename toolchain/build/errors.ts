import { UserError } from "../../command-line/command";

/** A part of the toolchain cannot be built, and the user can mend that. */
export class ToolchainError extends UserError {
    override readonly name = "ToolchainError";
}
