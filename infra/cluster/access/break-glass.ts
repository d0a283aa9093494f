import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import type * as pulumi from "@pulumi/pulumi";
import { BREAK_GLASS_ROLE, CLIENT_SIGNER, WAYS_IN, WAYS_PAST, breakGlassGroup } from "./plan-break-glass";
import { KUBERNETES_NAMESPACE, staticPods } from "./plan-kubernetes";
import type { Host } from "../facility/inventory";
import { OWNER_SECRET } from "../../registries/plan-database";
import type { Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";
import { metadata } from "../../kubernetes/metadata";

/** Kubelets ask for certificates of their own by another signer, as they join. */
const NOT_FOR_KUBELETS = `request.resource.resource != "certificatesigningrequests" || object.spec.signerName == "${CLIENT_SIGNER}"`;

/** Cluster API reaches etcd so, as it mends a control plane: a port that opens to certificates of etcd's own authority alone. */
const notToEtcd = (hosts: readonly Host[]): string =>
    `!(request.?subResource.orValue("") == "portforward" && request.namespace == "${KUBERNETES_NAMESPACE}" && ` +
    `request.name in ${JSON.stringify(staticPods(hosts, ["etcd"]))})`;

/**
 * The API server lets nobody into a pod, administrators neither, of whom it asks no role: admission is asked of everybody. It lets in
 * whom a quorum of custodians has given a certificate for this site, who may do that and little else.
 */
export function breakGlass(
    name: string,
    { site, labels, hosts }: { readonly site: string; readonly labels: Labels; readonly hosts: readonly Host[] },
    opts: pulumi.CustomResourceOptions,
): void {
    const group = breakGlassGroup(site);
    const rule = (apiGroup: string, operation: string, resources: readonly string[]) => ({
        apiGroups: [apiGroup],
        apiVersions: ["v1"],
        operations: [operation],
        resources: [...resources],
    });
    const connected = [...WAYS_IN, ...WAYS_PAST].filter((way) => way !== "pods/ephemeralcontainers");
    refusing(
        name,
        {
            called: "nobody-works-there",
            labels,
            matchConstraints: {
                resourceRules: [
                    rule("", "CONNECT", connected),
                    rule("", "UPDATE", ["pods/ephemeralcontainers"]),
                    rule("certificates.k8s.io", "CREATE", ["certificatesigningrequests"]),
                ],
            },
            matchConditions: [
                { name: "not-for-kubelets", expression: NOT_FOR_KUBELETS },
                { name: "not-to-etcd", expression: notToEtcd(hosts) },
            ],
            validations: [
                {
                    // With a certificate's digest: whose group is only claimed, by impersonation, has none unless it is claimed too.
                    expression:
                        `request.userInfo.?groups.orValue([]).exists(g, g == "${group}") && ` +
                        'request.userInfo.?extra[?"authentication.kubernetes.io/credential-id"].hasValue()',
                    reason: "Forbidden",
                    messageExpression:
                        '"nobody works here: " + [request.resource.resource, request.?subResource.orValue("")].filter(part, part != "").join("/") + ' +
                        `" is for who breaks the glass of ${site}: npm run keys -- break-glass --site ${site}, with a quorum of custodians"`,
                },
            ],
        },
        opts,
    );
    const role = new ClusterRole(
        `${name}-role`,
        {
            metadata: metadata(BREAK_GLASS_ROLE, labels),
            rules: [
                { apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] },
                { apiGroups: [""], resources: ["pods/log"], verbs: ["get"] },
                { apiGroups: [""], resources: [...WAYS_IN], verbs: ["create", "get", "patch"] },
                // What `npm run data` goes by; who is in a database's pod reads both there.
                { apiGroups: [""], resources: ["configmaps"], verbs: ["get"] },
                { apiGroups: [""], resources: ["secrets"], resourceNames: [OWNER_SECRET], verbs: ["get"] },
            ],
        },
        opts,
    );
    new ClusterRoleBinding(
        `${name}-binding-of-role`,
        {
            metadata: metadata(BREAK_GLASS_ROLE, labels),
            roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: role.metadata.name },
            subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "Group", name: group }],
        },
        opts,
    );
}
