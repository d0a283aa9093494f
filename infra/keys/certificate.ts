import { createHash } from "node:crypto";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { CertRequest } from "@pulumi/tls/certRequest";
import { LocallySignedCert } from "@pulumi/tls/locallySignedCert";
import { PrivateKey } from "@pulumi/tls/privateKey";
import { HELD } from "../cluster/held";
import { metadata } from "../cluster/metadata";
import type { Validity } from "../plan/authority";
import type { Issuer } from "../plan/handover";
import { subject } from "./subject";

export interface LeafArgs {
    readonly issuer: pulumi.Output<Issuer>;
    readonly validity: Validity;
    /** Who it is: what a server of ours lets in goes by it. */
    readonly commonName: string;
    /** Names at which it serves; none for a client. */
    readonly dnsNames: readonly string[];
}

export interface CertificateArgs extends LeafArgs {
    /** Name of the Secret. */
    readonly secret: string;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

export interface Certificate {
    /** The Secret's name: `tls.key`, `tls.crt` (with the intermediate), `ca.crt` (the root). */
    readonly secret: pulumi.Output<string>;
    /** Another one after each renewal, for a server that reads its certificate at its start alone. */
    readonly version: pulumi.Output<string>;
}

/** A key and certificate for TLS, in a Secret of type kubernetes.io/tls. */
export function certificate(
    name: string,
    { secret, namespace, labels, ...args }: CertificateArgs,
    opts: pulumi.CustomResourceOptions,
): Certificate {
    const { issuer } = args;
    const key = leafKey(name, opts);
    const certPem = signed(name, key, args, opts);
    const { metadata: created } = new Secret(
        `${name}-secret`,
        {
            metadata: metadata(secret, labels, namespace),
            type: "kubernetes.io/tls",
            stringData: {
                "tls.key": key.privateKeyPem,
                "tls.crt": pulumi.interpolate`${certPem}${issuer.certPem}`,
                "ca.crt": issuer.rootPem,
            },
        },
        { ...opts, ...HELD },
    );
    const version = certPem.apply((pem) => createHash("sha256").update(pem).digest("hex").slice(0, 16));
    return { secret: created.name, version };
}

export function leafKey(name: string, opts: pulumi.CustomResourceOptions): PrivateKey {
    return new PrivateKey(`${name}-key`, { algorithm: "ECDSA", ecdsaCurve: "P256" }, { ...opts, ...HELD });
}

/** @returns a certificate for the key, PEM */
export function signed(
    name: string,
    key: PrivateKey,
    { issuer, validity, commonName, dnsNames }: LeafArgs,
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
            // Servers are each other's clients too.
            allowedUses: ["digital_signature", ...(dnsNames.length > 0 ? ["server_auth"] : []), "client_auth"],
            validityPeriodHours: validity.hours,
            earlyRenewalHours: validity.renewalHours,
        },
        opts,
    ).certPem;
}
