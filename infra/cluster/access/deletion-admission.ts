import type * as pulumi from "@pulumi/pulumi";
import { CERT_MANAGER_USER, NEXT_KEY_LABEL } from "../../keys/plan-cert-manager";
import { PROTECTED_KINDS, RELEASE } from "../../kubernetes/protected-kinds";
import { COMMON_LABELS, type Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";

/** Every cluster has volumes. Those that were never bound, or that are not retained, hold no data of ours. */
const KEPT =
    'request.resource.resource != "persistentvolumes" || ' +
    '(has(oldObject.spec.claimRef) && oldObject.spec.persistentVolumeReclaimPolicy == "Retain")';

/** cert-manager creates such Secrets for a renewal and deletes them afterwards: by then the key is in another Secret or of no use. */
const IN_USE =
    `request.resource.resource != "secrets" || request.userInfo.username != "${CERT_MANAGER_USER}" || ` +
    `!has(oldObject.metadata.labels) || !("${NEXT_KEY_LABEL}" in oldObject.metadata.labels)`;

/** True where the namespace was released and is being deleted. A match condition could not check this, because it has no namespaceObject. */
const GOING = "(namespaceObject != null && has(namespaceObject.metadata.deletionTimestamp))";

/**
 * The API server deletes nothing that holds data or keys unless it was released before, by an annotation with its name. When a released
 * namespace goes, Kubernetes itself deletes what is in it; this program deletes none of it (`retainOnDelete`).
 */
export function deletionAdmission(
    name: string,
    { labels }: { readonly labels: Labels },
    opts: pulumi.CustomResourceOptions,
): void {
    const groups = [...new Set(PROTECTED_KINDS.map(({ apiGroup }) => apiGroup))];
    refusing(
        name,
        {
            called: "deletion-protection",
            labels,
            matchConstraints: {
                namespaceSelector: {
                    matchLabels: { "app.kubernetes.io/part-of": COMMON_LABELS["app.kubernetes.io/part-of"] },
                },
                resourceRules: groups.map((group) => ({
                    apiGroups: [group],
                    apiVersions: ["v1"],
                    operations: ["DELETE"],
                    resources: PROTECTED_KINDS.filter(({ apiGroup }) => apiGroup === group).map(
                        ({ resource }) => resource,
                    ),
                })),
            },
            matchConditions: [
                { name: "kept", expression: KEPT },
                { name: "in-use", expression: IN_USE },
            ],
            validations: [
                {
                    expression: `${GOING} || oldObject.metadata.?annotations[?"${RELEASE}"].orValue("") == oldObject.metadata.name`,
                    reason: "Forbidden",
                    messageExpression:
                        'oldObject.metadata.name + " holds data or keys and is protected from deletion: to release it, run kubectl annotate " + ' +
                        `request.resource.resource + " " + oldObject.metadata.name + " ${RELEASE}=" + oldObject.metadata.name`,
                },
            ],
        },
        opts,
    );
}
