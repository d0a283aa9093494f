import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { TLS } from "../conventions/mounted";
import { PROTECTED } from "../kubernetes/deletion-protection";
import { metadata } from "../kubernetes/metadata";
import type { Validity } from "./plan-authority";
import type { Issuer } from "./cross-stack-secrets";
import { type RenewalArgs, WATCHED, issuedBy, renewal } from "./renewal";
import { subject, usesOf } from "./subject";

export interface LeafArgs {
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
    /** Who the owner is. Our servers admit clients by this name. */
    readonly commonName: string;
    /** Names at which it serves; none for a client. */
    readonly dnsNames: readonly string[];
}

export interface CertificateArgs extends LeafArgs, RenewalArgs {}

/**
 * A key and certificate for TLS, in a Secret of type kubernetes.io/tls: `tls.key`, `tls.crt` (with the intermediate), `ca.crt` (the root).
 *
 * The first certificate is made here, so that nothing waits for cert-manager when a site comes up. From then on cert-manager owns what is
 * in the Secret, also where the state of an `up` has an older certificate.
 *
 * @returns the Secret's name
 */
export function certificate(
    name: string,
    args: CertificateArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const { issuer, secret, namespace, labels, authority } = args;
    const key = leafKey(name, opts);
    const certPem = signed(name, { ...args, key }, opts);
    const made = new Secret(
        `${name}-secret`,
        {
            metadata: metadata(secret, { ...labels, ...WATCHED }, namespace, issuedBy(authority, secret)),
            type: "kubernetes.io/tls",
            stringData: {
                [TLS.key]: key.privateKeyPem,
                [TLS.certificate]: pulumi.interpolate`${certPem}${issuer.certPem}`,
                [TLS.authority]: issuer.rootPem,
            },
        },
        // The provider keeps `stringData` as `data`.
        { ...opts, ...PROTECTED, ignoreChanges: ["stringData", "data"] },
    );
    renewal(`${name}-renewal`, args, { ...opts, dependsOn: made });
    return made.metadata.name;
}

export function leafKey(name: string, opts: pulumi.CustomResourceOptions): PrivateKey {
    return new PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { ...opts, ...PROTECTED });
}

export interface SignedArgs extends LeafArgs {
    readonly key: PrivateKey;
}

/** @returns a certificate for the key, PEM */
export function signed(
    name: string,
    { key, issuer, validity, commonName, dnsNames }: SignedArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const request = new CertRequest(
        `${name}-request`,
        { privateKeyPem: key.privateKeyPem, subject: subject(commonName), dnsNames: [...dnsNames] },
        opts,
    );
    return new LocallySignedCert(
        `${name}-certificate`,
        {
            certRequestPem: request.certRequestPem,
            caPrivateKeyPem: issuer.keyPem,
            caCertPem: issuer.certPem,
            allowedUses: usesOf(dnsNames),
            validityPeriodHours: validity.hours,
            earlyRenewalHours: validity.renewalHours,
        },
        opts,
    ).certPem;
}
