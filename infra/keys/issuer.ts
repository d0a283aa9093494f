import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import type * as pulumi from "@pulumi/pulumi";
import { TLS } from "../conventions/mounted";
import { PROTECTED } from "../kubernetes/deletion-protection";
import { NOT_AWAITED, metadata } from "../kubernetes/metadata";
import { type AuthorityName, CERT_MANAGER_API } from "./plan-cert-manager";
import type { Issuer } from "./cross-stack-secrets";

export interface IssuerArgs {
    /** Name of the Secret, and of the ClusterIssuer that certificates refer to. */
    readonly called: AuthorityName;
    readonly issuer: pulumi.Output<Issuer>;
    /** cert-manager's own, in which nothing else runs. */
    readonly namespace: pulumi.Input<string>;
    readonly labels: Readonly<Record<string, string>>;
}

/** An authority with whose key cert-manager renews. A new key, under the same root, takes effect as soon as it is in the Secret. */
export function clusterIssuer(name: string, args: IssuerArgs, opts: pulumi.CustomResourceOptions): void {
    const { called, issuer, namespace, labels } = args;
    const { group, version } = CERT_MANAGER_API;
    const { metadata: keys } = new Secret(
        `${name}-secret`,
        {
            metadata: metadata(called, labels, namespace),
            type: "kubernetes.io/tls",
            stringData: {
                [TLS.key]: issuer.keyPem,
                [TLS.certificate]: issuer.certPem,
                [TLS.authority]: issuer.rootPem,
            },
        },
        { ...opts, ...PROTECTED },
    );
    new CustomResource(
        name,
        {
            apiVersion: `${group}/${version}`,
            kind: "ClusterIssuer",
            metadata: metadata(called, labels, undefined, NOT_AWAITED),
            spec: { ca: { secretName: keys.name } },
        },
        opts,
    );
}
