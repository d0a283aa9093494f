import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import type { input } from "@pulumi/kubernetes/types";
import type * as pulumi from "@pulumi/pulumi";
import { metadata } from "./metadata";

export interface ClusterRoleArgs {
    /** Name of the ClusterRole and of its binding, which belong to no namespace. */
    readonly called: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly rules: readonly input.rbac.v1.PolicyRule[];
    /** The ServiceAccount that gets the role. */
    readonly serviceAccount: pulumi.Input<string>;
    readonly namespace: pulumi.Input<string>;
}

/** What a workload may do in the API of its cluster, in every namespace. */
export function clusterRole(name: string, args: ClusterRoleArgs, opts: pulumi.CustomResourceOptions): void {
    const { called, labels, rules, serviceAccount, namespace } = args;
    const role = new ClusterRole(`${name}-role`, { metadata: metadata(called, labels), rules: [...rules] }, opts);
    new ClusterRoleBinding(
        `${name}-role-binding`,
        {
            metadata: metadata(called, labels),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
            subjects: [{ kind: "ServiceAccount", name: serviceAccount, namespace }],
        },
        opts,
    );
}
