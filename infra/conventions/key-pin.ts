/** What is recorded of a public key, to recognize it. Pure. */
import { createHash } from "node:crypto";

/** SHA-256 in base64, as in a pin of RFC 7469. @param key DER of its SubjectPublicKeyInfo */
export function keyPin(key: Buffer): string {
    return createHash("sha256").update(key).digest("base64");
}
