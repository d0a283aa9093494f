import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange";
import { Namespace } from "@pulumi/kubernetes/core/v1/namespace";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount";
import * as pulumi from "@pulumi/pulumi";
import type { RegistryPlan } from "../plan/registries";
import { metadata } from "./metadata";
import { HELD } from "./held";

export interface TenancyArgs {
    readonly registry: RegistryPlan;
    readonly podSecurityVersion: string;
}

/** A registry's room in the cluster: its namespace, how much it may use, and the identity of its pods. */
export class Tenancy extends pulumi.ComponentResource {
    readonly namespace: pulumi.Output<string>;
    readonly serviceAccount: pulumi.Output<string>;

    constructor(name: string, { registry, podSecurityVersion }: TenancyArgs, opts: pulumi.ComponentResourceOptions) {
        super("data-embassy:cluster:Tenancy", name, {}, opts);
        const { labels } = registry;

        // https://kubernetes.io/docs/concepts/security/pod-security-admission/
        const podSecurity = Object.fromEntries(
            ["enforce", "audit", "warn"].flatMap((mode) => [
                [`pod-security.kubernetes.io/${mode}`, "restricted"],
                [`pod-security.kubernetes.io/${mode}-version`, podSecurityVersion],
            ]),
        );
        const namespace = new Namespace(
            `${name}-namespace`,
            { metadata: metadata(registry.namespace, { ...labels, ...podSecurity }) },
            // Deleting a namespace deletes everything in it, volumes' claims and keys too.
            { parent: this, ...HELD },
        );
        this.namespace = namespace.metadata.name;

        new ResourceQuota(
            `${name}-quota`,
            { metadata: metadata("quota", labels, this.namespace), spec: { hard: registry.quota } },
            { parent: this },
        );
        const { cpu, memory } = registry;
        new LimitRange(
            `${name}-limits`,
            {
                metadata: metadata("limits", labels, this.namespace),
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
            { parent: this },
        );
        const account = new ServiceAccount(
            `${name}-account`,
            { metadata: metadata("database", labels, this.namespace), automountServiceAccountToken: false },
            { parent: this },
        );
        this.serviceAccount = account.metadata.name;
        this.registerOutputs({ namespace: this.namespace, serviceAccount: this.serviceAccount });
    }
}
