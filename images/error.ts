import { UserError } from "../command-line/command";

/** An image cannot be made, and the user can mend that. */
export class ImageError extends UserError {
    override readonly name = "ImageError";
}
