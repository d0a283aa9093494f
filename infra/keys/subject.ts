import type { types } from "@pulumi/tls";

/** Every certificate is Estonia's, wherever the machine stands. */
export function subject(commonName: string): types.input.CertRequestSubject {
    return { commonName, organization: "Data Embassy", country: "EE" };
}
