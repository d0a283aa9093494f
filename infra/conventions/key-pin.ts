/** A public key, as what is written down of it to know it by. Pure. */
import { createHash } from "node:crypto";

/** SHA-256 in base64, as a pin of RFC 7469 has it. @param key DER of its SubjectPublicKeyInfo */
export function keyPin(key: Buffer): string {
    return createHash("sha256").update(key).digest("base64");
}
