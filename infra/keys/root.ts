import type * as pulumi from "@pulumi/pulumi";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { SelfSignedCert } from "@pulumi/tls/selfSignedCert";
import type { Validity } from "./plan-authority";
import { subject } from "./subject";

export interface Root {
    readonly keyPem: pulumi.Output<string>;
    readonly certPem: pulumi.Output<string>;
}

export interface RootArgs {
    readonly commonName: string;
    readonly validity: Validity;
}

/** An authority with none above it. It uses P-384, because it lives for decades. */
export function createRoot(name: string, { commonName, validity }: RootArgs, opts: pulumi.CustomResourceOptions): Root {
    const key = new PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P384" }, opts);
    const cert = new SelfSignedCert(
        `${name}-certificate`,
        {
            privateKeyPem: key.privateKeyPem,
            subject: subject(commonName),
            isCaCertificate: true,
            setSubjectKeyId: true,
            allowedUses: ["cert_signing", "crl_signing"],
            validityPeriodHours: validity.hours,
            earlyRenewalHours: validity.renewalHours,
        },
        // It has no deletion protection, because it is made again from the key whenever its term ends.
        { parent: opts.parent },
    );
    return { keyPem: key.privateKeyPem, certPem: cert.certPem };
}
