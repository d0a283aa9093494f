/** The key that opens a machine's encrypted disks when no other machine of its site runs. Pure. */
import { createPrivateKey, hkdfSync } from "node:crypto";

const BYTES = 32;

/**
 * It follows from the root's key, which is nowhere but in the state of the stack that holds it, and in custody, so that at a cold start a
 * quorum of custodians has the keys of every disk, and neither a site nor a machine has any (HKDF with SHA-256, RFC 5869). Each machine has
 * its own.
 *
 * @param root the root's private key in PEM; a certificate may follow it
 * @param host name of the machine in its facility
 * @returns hexadecimal, so that it can be typed at a console
 */
export function diskKey(site: string, host: string, root: string): string {
    const key = createPrivateKey(root).export({ type: "pkcs8", format: "der" });
    return Buffer.from(hkdfSync("sha256", key, "data-embassy", `disk/${site}/${host}`, BYTES)).toString("hex");
}
