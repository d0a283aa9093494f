/** What stack files say of who signs certificates. Pure. */
import { X509Certificate } from "node:crypto";

/** Whether a text is the certificate of one authority, PEM. */
export function isAuthority(text: string): boolean {
    try {
        // Any block beside the first would be trusted as well.
        return !/PRIVATE|(BEGIN[^]*){2}/.test(text) && new X509Certificate(text).ca;
    } catch {
        return false;
    }
}
