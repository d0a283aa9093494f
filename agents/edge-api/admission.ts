/** Which clients the edge API lets in. */
import type { TLSSocket } from "node:tls";
import { keyPin } from "../../infra/conventions/key-pin";

/** Name of a certificate, `FI-1` → SHA-256 of its public key (SubjectPublicKeyInfo), in base64. */
export type Admitted = Readonly<Record<string, string>>;

/**
 * The certificate's name; undefined where its key is not, or no longer, admitted. The server has seen that the certificate is the edge's
 * own and in force. As keys are checked too, a stolen key of the authority would by itself let nobody in.
 */
export function admittedAs(socket: TLSSocket, admitted: Admitted): string | undefined {
    const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
    if (key === undefined) {
        return undefined;
    }
    const pin = keyPin(key);
    return Object.keys(admitted).find((name) => admitted[name] === pin);
}

/** `FI` of `FI-2`: all certificates of an ally share its rate. */
export function allyOf(certificate: string): string {
    return certificate.replace(/-\d+$/, "");
}
