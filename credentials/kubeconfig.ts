/** Makes kubeconfig files that need no other file: certificates and key are in them. */
import { X509Certificate, createPrivateKey } from "node:crypto";
import { stringify } from "yaml";

export interface Access {
    /** Name of the cluster and, with the user's name, of the context and the user. */
    readonly site: string;
    readonly user: string;
    /** `https://127.0.0.1:<port>` */
    readonly server: string;
    /** PEM certificate of the authority. */
    readonly authority: string;
    /** The user's key and certificate, in PEM. */
    readonly credentials: string;
}

export function kubeconfig({ site, user, server, authority, credentials }: Access): string {
    const key = createPrivateKey(credentials).export({ type: "pkcs8", format: "pem" }).toString();
    const certificate = new X509Certificate(credentials).toString();
    // KUBECONFIG may join the files of several sites, and of two users with the same name only the first would count.
    const name = `${user}@${site}`;
    return stringify(
        {
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name: site, cluster: { server, "certificate-authority-data": base64(authority) } }],
            users: [{ name, user: { "client-certificate-data": base64(certificate), "client-key-data": base64(key) } }],
            contexts: [{ name: site, context: { cluster: site, user: name } }],
            "current-context": site,
        },
        // Each value is in one line, as kubectl itself writes them.
        { lineWidth: 0 },
    );
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}
