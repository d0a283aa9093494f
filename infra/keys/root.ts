import type * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert";
import type { AuthorityPlan } from "../plan/authority";
import { subject } from "./subject";

export interface Root {
    readonly keyPem: pulumi.Output<string>;
    readonly certPem: pulumi.Output<string>;
}

/** The root of trust: signs intermediates and nothing else. P-384 for what lives for decades. */
export function createRoot(plan: AuthorityPlan, opts: pulumi.CustomResourceOptions): Root {
    const key = new PrivateKey("root-key", { algorithm: "ECDSA", ecdsaCurve: "P384" }, opts);
    const cert = new SelfSignedCert(
        "root-certificate",
        {
            privateKeyPem: key.privateKeyPem,
            subject: subject("Data Embassy root"),
            isCaCertificate: true,
            setSubjectKeyId: true,
            allowedUses: ["cert_signing", "crl_signing"],
            validityPeriodHours: plan.root.hours,
            earlyRenewalHours: plan.root.renewalHours,
        },
        // Not held: it is made again from the key whenever its term ends.
        { parent: opts.parent },
    );
    return { keyPem: key.privateKeyPem, certPem: cert.certPem };
}
