import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import type * as pulumi from "@pulumi/pulumi";
import type { RegistryPlan } from "../plan/registries";
import { metadata } from "./metadata";
import { HELD } from "./held";

export interface Tenancy {
    readonly namespace: pulumi.Output<string>;
    readonly serviceAccount: pulumi.Output<string>;
}

/** A registry's room in the cluster: its namespace, how much it may use, and the identity of its pods. */
export function tenancy(
    { name, labels, ...registry }: RegistryPlan,
    podSecurityVersion: string,
    opts: pulumi.CustomResourceOptions,
): Tenancy {
    // https://kubernetes.io/docs/concepts/security/pod-security-admission/
    const podSecurity = Object.fromEntries(
        ["enforce", "audit", "warn"].flatMap((mode) => [
            [`pod-security.kubernetes.io/${mode}`, "restricted"],
            [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
        ]),
    );
    const { metadata: created } = new Namespace(
        `${name}-namespace`,
        { metadata: metadata(registry.namespace, { ...labels, ...podSecurity }) },
        // Deleting a namespace deletes everything in it, volumes' claims and keys too.
        { ...opts, ...HELD },
    );
    const namespace = created.name;

    new ResourceQuota(
        `${name}-quota`,
        { metadata: metadata("quota", labels, namespace), spec: { hard: registry.quota } },
        opts,
    );
    const { cpu, memory } = registry;
    new LimitRange(
        `${name}-limits`,
        {
            metadata: metadata("limits", labels, namespace),
            spec: {
                limits: [
                    {
                        type: "Container",
                        default: { cpu, memory },
                        defaultRequest: { cpu, memory },
                        max: { cpu, memory },
                    },
                ],
            },
        },
        opts,
    );
    const account = new ServiceAccount(
        `${name}-account`,
        { metadata: metadata("database", labels, namespace), automountServiceAccountToken: false },
        opts,
    );
    return { namespace, serviceAccount: account.metadata.name };
}
