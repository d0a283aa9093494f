/** Who is let in. */
import { createHash } from "node:crypto";
import type { TLSSocket } from "node:tls";

/** Name of a certificate, `FI-1` → SHA-256 of its public key (SubjectPublicKeyInfo), in base64. */
export type Admitted = Readonly<Record<string, string>>;

/**
 * The certificate's name; undefined where its key is not, or no longer, admitted. The server has seen that the certificate is the
 * edge's own and in force: an authority's key alone, were it stolen, would let nobody in.
 */
export function admittedAs(socket: TLSSocket, admitted: Admitted): string | undefined {
    const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
    if (key === undefined) {
        return undefined;
    }
    const fingerprint = createHash("sha256").update(key).digest("base64");
    return Object.keys(admitted).find((name) => admitted[name] === fingerprint);
}

/** `FI` of `FI-2`: all certificates of an ally share its rate. */
export function allyOf(certificate: string): string {
    return certificate.replace(/-\d+$/, "");
}
