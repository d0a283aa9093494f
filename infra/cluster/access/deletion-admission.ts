import type * as pulumi from "@pulumi/pulumi";
import { CERT_MANAGER_USER, NEXT_KEY_LABEL } from "../../keys/plan-cert-manager";
import { PROTECTED_KINDS, RELEASE } from "../../kubernetes/protected-kinds";
import { COMMON_LABELS, type Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";

/** Volumes are every cluster's; those that were never bound, or are not to be kept, hold nothing of ours. */
const KEPT =
    'request.resource.resource != "persistentvolumes" || ' +
    '(has(oldObject.spec.claimRef) && oldObject.spec.persistentVolumeReclaimPolicy == "Retain")';

/** What cert-manager makes for a renewal and takes away again: the key is in another Secret by then, or of no use. */
const IN_USE =
    `request.resource.resource != "secrets" || request.userInfo.username != "${CERT_MANAGER_USER}" || ` +
    `!has(oldObject.metadata.labels) || !("${NEXT_KEY_LABEL}" in oldObject.metadata.labels)`;

/** Its namespace was released. A condition for the match could not ask: there is no namespaceObject in those. */
const GOING = "(namespaceObject != null && has(namespaceObject.metadata.deletionTimestamp))";

/**
 * The API server deletes nothing that holds data or keys unless it was released before, by an annotation with its name. What is in a
 * namespace that was released goes with it, by Kubernetes' own hand; this program deletes none of it (`retainOnDelete`).
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
