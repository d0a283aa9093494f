import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../../conventions/names";
import { metadata } from "../../kubernetes/metadata";

/**
 * What a database's member may do, only in its own namespace, where a RoleBinding grants it: record who leads, for which Patroni uses
 * ConfigMaps and labels of pods (https://patroni.readthedocs.io/en/latest/kubernetes.html).
 */
export function memberRole(
    name: string,
    { labels }: { readonly labels: Labels },
    opts: pulumi.CustomResourceOptions,
): pulumi.Output<string> {
    const role = new ClusterRole(
        name,
        {
            metadata: metadata("embassy-database-member", labels),
            rules: [
                {
                    apiGroups: [""],
                    resources: ["configmaps"],
                    verbs: ["create", "get", "list", "patch", "update", "watch"],
                },
                { apiGroups: [""], resources: ["pods"], verbs: ["get", "list", "patch", "update", "watch"] },
            ],
        },
        opts,
    );
    return role.metadata.name;
}
