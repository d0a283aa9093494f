import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../conventions/names";
import { defaultAccount } from "./default-account";
import { PROTECTED } from "./deletion-protection";
import { metadata } from "./metadata";

type Quantities = Readonly<Record<string, string>>;

export interface NamespaceArgs {
    readonly namespace: string;
    readonly labels: Labels;
    /** Version of Kubernetes whose profile applies: `v1.34` */
    readonly podSecurityVersion: string;
}

export interface TenancyArgs extends NamespaceArgs {
    /** Name of the ServiceAccount that the pods run as. */
    readonly account: string;
    /** What all pods together may use. */
    readonly quota: Quantities;
    /** Limits of a container that asks for none, and the most that one may ask for; absent where every container asks. */
    readonly limits?: Quantities;
}

export interface Tenancy {
    readonly namespace: pulumi.Output<string>;
    readonly serviceAccount: pulumi.Output<string>;
}

/**
 * A namespace under the restricted profile, in which each pod names its account.
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
export function restrictedNamespace(
    name: string,
    { namespace, labels, podSecurityVersion }: NamespaceArgs,
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const podSecurity = Object.fromEntries(
        ["enforce", "audit", "warn"].flatMap((mode) => [
            [`pod-security.kubernetes.io/${mode}`, "restricted"],
            [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
        ]),
    );
    const created = new Namespace(
        `${name}-namespace`,
        { metadata: metadata(namespace, { ...labels, ...podSecurity }) },
        // Deleting a namespace deletes everything in it, also the claims of volumes, and keys.
        { ...opts, ...PROTECTED },
    );
    const { name: made } = created.metadata;
    defaultAccount(`${name}-default-account`, { namespace: made, labels }, opts);
    return made;
}

/** A tenant's room in the cluster: a namespace, how much may be used in it, and the identity of its pods. */
export function tenancy(name: string, args: TenancyArgs, opts: pulumi.CustomResourceOptions): Tenancy {
    const { labels, account, quota, limits } = args;
    const namespace = restrictedNamespace(name, args, opts);

    new ResourceQuota(`${name}-quota`, { metadata: metadata("quota", labels, namespace), spec: { hard: quota } }, opts);
    if (limits) {
        const container = { type: "Container", default: limits, defaultRequest: limits, max: limits };
        new LimitRange(
            `${name}-limits`,
            { metadata: metadata("limits", labels, namespace), spec: { limits: [container] } },
            opts,
        );
    }
    const { metadata: identity } = new ServiceAccount(
        `${name}-account`,
        { metadata: metadata(account, labels, namespace), automountServiceAccountToken: false },
        opts,
    );
    return { namespace, serviceAccount: identity.name };
}
