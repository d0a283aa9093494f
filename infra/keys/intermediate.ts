import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { PROTECTED } from "../kubernetes/deletion-protection";
import type { Validity } from "./plan-authority";
import type { Issuer } from "./cross-stack-secrets";
import type { Root } from "./root";
import { subject } from "./subject";

/** An intermediate for a site, under the root. @param site its name */
export function issueIntermediate(
    site: string,
    { root, validity }: { readonly root: Root; readonly validity: Validity },
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<Issuer> {
    const key = new PrivateKey(
        `${site}-issuer-key`,
        { algorithm: "ECDSA", ecdsaCurve: "P384" },
        { ...opts, ...PROTECTED },
    );
    const request = new CertRequest(
        `${site}-issuer-request`,
        { privateKeyPem: key.privateKeyPem, subject: subject(`Data Embassy ${site}`) },
        opts,
    );
    const cert = new LocallySignedCert(
        `${site}-issuer-certificate`,
        {
            certRequestPem: request.certRequestPem,
            caPrivateKeyPem: root.keyPem,
            caCertPem: root.certPem,
            isCaCertificate: true,
            setSubjectKeyId: true,
            allowedUses: ["cert_signing", "crl_signing"],
            validityPeriodHours: validity.hours,
            earlyRenewalHours: validity.renewalHours,
        },
        opts,
    );
    return pulumi
        .all([key.privateKeyPem, cert.certPem, root.certPem])
        .apply(([keyPem, certPem, rootPem]) => ({ keyPem, certPem, rootPem }));
}
