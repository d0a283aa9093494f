/** Which configuration pods have, so that they are replaced when it changes. Pure. */
import { createHash } from "node:crypto";

/** @param files file → content @returns annotations of the pods that have them */
export function configured(files: Readonly<Record<string, string>>): Record<string, string> {
    return { "data-embassy/configuration": createHash("sha256").update(JSON.stringify(files)).digest("hex") };
}
