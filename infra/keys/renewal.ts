/** What cert-manager is told of a certificate that the program has made, so that it renews that one and does not issue another at once. */
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import type * as pulumi from "@pulumi/pulumi";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import type { Validity } from "./plan-authority";
import { type AuthorityName, CERT_MANAGER_API } from "./plan-cert-manager";
import { SUBJECT, usesOf } from "./subject";

const { group, version } = CERT_MANAGER_API;

export interface RenewalArgs {
    /** Name of the Secret. */
    readonly secret: string;
    /** Name by which cert-manager knows the issuer. */
    readonly authority: AuthorityName;
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
    readonly validity: Validity;
    readonly commonName: string;
    readonly dnsNames: readonly string[];
}

/**
 * Annotations of the Secret that tell cert-manager which issuer, and of which kind, issued its certificate. Without them cert-manager takes
 * it for somebody else's, and replaces it. https://cert-manager.io/docs/usage/certificate/
 */
export function issuedBy(authority: AuthorityName, secret: string): Record<string, string> {
    return {
        [`${group}/issuer-name`]: authority,
        [`${group}/issuer-kind`]: "ClusterIssuer",
        [`${group}/issuer-group`]: group,
        [`${group}/certificate-name`]: secret,
    };
}

/**
 * Label of the Secret: cert-manager keeps Secrets with it in one cache and all others in a second. A Secret that gets the label later moves
 * between the two and is in neither for some milliseconds. If cert-manager looks just then, it takes the certificate to be missing and
 * issues another. Upstream: feature gate SecretsFilteredCaching.
 */
export const WATCHED = { [`controller.${group}/fao`]: "true" } as const;

/** Describes a certificate exactly as the request for the first one did, because any difference would have it issued anew. */
export function renewal(
    name: string,
    { secret, namespace, labels, authority, validity, commonName, dnsNames }: RenewalArgs,
    opts: pulumi.CustomResourceOptions,
): void {
    new CustomResource(
        name,
        {
            apiVersion: `${group}/${version}`,
            kind: "Certificate",
            // Nothing waits for it: what is in the Secret is valid for months.
            metadata: metadata(secret, labels, namespace, NOT_AWAITED),
            spec: {
                secretName: secret,
                issuerRef: { group, kind: "ClusterIssuer", name: authority },
                commonName,
                ...(dnsNames.length > 0 && { dnsNames: [...dnsNames] }),
                subject: { organizations: [SUBJECT.organization], countries: [SUBJECT.country] },
                usages: usesOf(dnsNames).map((use) => use.replaceAll("_", " ")),
                // Each renewal makes another key.
                privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
                duration: `${validity.hours}h`,
                renewBefore: `${validity.renewalHours}h`,
                revisionHistoryLimit: 1,
            },
        },
        opts,
    );
}
