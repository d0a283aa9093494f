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

/** Kubelets request their own certificates from another signer when they join. */
const NOT_FOR_KUBELETS = `request.resource.resource != "certificatesigningrequests" || object.spec.signerName == "${CLIENT_SIGNER}"`;

/** Cluster API reaches etcd through a port-forward when it repairs a control plane. The port accepts certificates of etcd's own authority only. */
const notToEtcd = (hosts: readonly Host[]): string =>
    `!(request.?subResource.orValue("") == "portforward" && request.namespace == "${KUBERNETES_NAMESPACE}" && ` +
    `request.name in ${JSON.stringify(staticPods(hosts, ["etcd"]))})`;

/**
 * The API server lets nobody into a pod, not even administrators, who bypass roles but not admission. The exception is a person to whom a
 * quorum of custodians has given a certificate for this site, which allows this and little else.
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
                    // The credential id shows that there is a certificate: a group that is only claimed, by impersonation, has none unless
                    // that is claimed too.
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
                // `npm run data` reads these. Anybody inside a database's pod can read both there anyway.
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
