import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { HELD } from "../cluster/held";
import { metadata } from "../cluster/metadata";
import type { Validity } from "../plan/authority";
import type { Issuer } from "./intermediate";
import { subject } from "./subject";

export interface ServerCertificateArgs {
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
    /** First the common name, then the others: all become subject alternative names. */
    readonly dnsNames: readonly string[];
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/**
 * A key and certificate for TLS between a registry's members and their clients, in a Secret of type kubernetes.io/tls.
 *
 * @returns the Secret's name: `tls.key`, `tls.crt` (with the intermediate), `ca.crt` (the root)
 */
export function serverCertificate(
    name: string,
    { issuer, validity, dnsNames, namespace, labels }: ServerCertificateArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const key = new PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { ...opts, ...HELD });
    const request = new CertRequest(
        `${name}-request`,
        { privateKeyPem: key.privateKeyPem, subject: subject(dnsNames[0] ?? name), dnsNames: [...dnsNames] },
        opts,
    );
    const certificate = new LocallySignedCert(
        `${name}-certificate`,
        {
            certRequestPem: request.certRequestPem,
            caPrivateKeyPem: issuer.keyPem,
            caCertPem: issuer.certPem,
            // Members are each other's clients in replication.
            allowedUses: ["digital_signature", "server_auth", "client_auth"],
            validityPeriodHours: validity.hours,
            earlyRenewalHours: validity.renewalHours,
        },
        opts,
    );
    const secret = new Secret(
        `${name}-secret`,
        {
            metadata: metadata("database-tls", labels, namespace),
            type: "kubernetes.io/tls",
            stringData: {
                "tls.key": key.privateKeyPem,
                "tls.crt": pulumi.interpolate`${certificate.certPem}${issuer.certPem}`,
                "ca.crt": issuer.rootPem,
            },
        },
        { ...opts, ...HELD },
    );
    return secret.metadata.name;
}
