import { UserError } from "../command-line/command";
import { hasCode, systemError } from "../command-line/system-error";

/** A site cannot be brought to the requested state, and the user can mend that. */
export class LabError extends UserError {}

/** The message for `error`: a system error gets the advice that its bare text lacks. */
export function explain(error: unknown): string {
    const { message = String(error), path: file = "the lab's directory" } = systemError(error);
    if (hasCode(error, "ENOSPC", "EDQUOT")) {
        return `No space left on the disk of ${file}. Free some (npm run lab -- down --delete removes the lab's data) and run the command again: it goes on where it stopped.`;
    }
    if (hasCode(error, "EACCES", "EPERM", "EROFS")) {
        return `No permission: ${message}. Real nodes need root; simulated ones (--nodes simulated) need only a directory that you may write to: check the owner of ${file}, or set EMBASSY_HOME to a directory of yours.`;
    }
    return message;
}
