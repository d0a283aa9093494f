import type { types } from "@pulumi/tls";

/** Every certificate names Estonia, wherever the machine stands. */
export const SUBJECT = { organization: "Data Embassy", country: "EE" } as const;

export function subject(commonName: string): types.input.CertRequestSubject {
    return { commonName, ...SUBJECT };
}

/** What a certificate may be used for; without names it is a client's. Servers are each other's clients too. */
export function usesOf(dnsNames: readonly string[]): string[] {
    return ["digital_signature", ...(dnsNames.length > 0 ? ["server_auth"] : []), "client_auth"];
}
