/** Keys that follow from a secret and tell nothing of it, nor of each other: HKDF with SHA-256, RFC 5869. Pure. */
import { hkdfSync } from "node:crypto";
import { PROJECT } from "../conventions/names";

/**
 * @param use what the key is for; another use has another key
 * @param bytes its length
 * @returns hexadecimal
 */
export function derivedKey(secret: string | Uint8Array, use: string, bytes: number): string {
    return Buffer.from(hkdfSync("sha256", secret, PROJECT, use, bytes)).toString("hex");
}
