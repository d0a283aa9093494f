/** The passphrase that encrypts the secrets in the lab's state. A real site supplies its own. */
import { randomBytes } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { embassyHome, stateDir } from "../../command-line/paths";
import { UserError } from "../../command-line/command";

export const passphraseFile = join(embassyHome, "passphrase");

/**
 * Makes the passphrase once and never again: with another one the existing state could not be read.
 *
 * @throws UserError where there is state but the passphrase that opens it is gone
 */
export function ensurePassphrase(environment: NodeJS.ProcessEnv): void {
    const supplied = environment["PULUMI_CONFIG_PASSPHRASE"] ?? environment["PULUMI_CONFIG_PASSPHRASE_FILE"];
    if (supplied !== undefined) {
        return;
    }
    const size = statSync(passphraseFile, { throwIfNoEntry: false })?.size;
    if (size === 0) {
        throw new UserError(
            `The passphrase file ${passphraseFile} is empty: put what was in it back, or, where there is no state yet, remove it.`,
        );
    }
    if (size !== undefined) {
        return;
    }
    const kept = ["stacks", "history", "backups"].map((name) => join(stateDir, ".pulumi", name));
    if (kept.some((folder) => existsSync(folder) && readdirSync(folder).length > 0)) {
        throw new UserError(
            `The passphrase file ${passphraseFile} is missing, and the state in ${stateDir} can be read with no other.\n` +
                "Put the file back (mode 0600), or set PULUMI_CONFIG_PASSPHRASE. Without it the secrets in that state " +
                'cannot be decrypted: "npm run clean" removes the lab and its state, and "npm start" makes both anew.',
        );
    }
    mkdirSync(embassyHome, { recursive: true });
    const temporary = `${passphraseFile}.${process.pid}`;
    try {
        writeFileSync(temporary, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flush: true });
        // A link appears whole or not at all, and fails where another process was first.
        linkSync(temporary, passphraseFile);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
            throw error;
        }
    } finally {
        rmSync(temporary, { force: true });
    }
}
