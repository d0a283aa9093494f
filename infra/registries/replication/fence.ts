import type * as pulumi from "@pulumi/pulumi";
import { refusing } from "../../kubernetes/admission";
import { LABEL, type Labels } from "../../conventions/names";
import type { RegistryPlan } from "../plan";
import { ANNOTATION, FENCE, LEASE, leaderName } from "../../conventions/lease";

const VALID = `params.metadata.annotations["${ANNOTATION.validUntil}"]`;
/** CEL: https://kubernetes.io/docs/reference/using-api/cel/ */
const IS_FENCED = `has(params.metadata.annotations) && "${ANNOTATION.validUntil}" in params.metadata.annotations`;
const IS_HELD = 'has(object.metadata.annotations) && "renewTime" in object.metadata.annotations';
const IN_TIME = `timestamp(object.metadata.annotations.renewTime) <= timestamp(${VALID})`;

/**
 * The API server lets nobody be a database's leader for longer than the site's lease: a Patroni that cannot renew its lock stops writing by
 * itself. Nothing is compared where no lease was ever granted, and at a standby site.
 */
export function fence(
    name: string,
    { labels, registries }: { readonly labels: Labels; readonly registries: readonly RegistryPlan[] },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource {
    return refusing(
        name,
        {
            called: FENCE,
            labels,
            paramKind: { apiVersion: "v1", kind: "ConfigMap" },
            // Each registry has its own lease; without one nobody may lead.
            paramRef: { name: LEASE, parameterNotFoundAction: "Deny" },
            matchConstraints: {
                namespaceSelector: { matchExpressions: [{ key: LABEL.registry, operator: "Exists" }] },
                resourceRules: [
                    {
                        apiGroups: [""],
                        apiVersions: ["v1"],
                        resources: ["configmaps"],
                        // A match condition would not work, because it is not evaluated where the parameter is missing.
                        resourceNames: registries.map(({ database }) => leaderName(database.scope)),
                        operations: ["CREATE", "UPDATE"],
                    },
                ],
            },
            validations: [
                {
                    expression: `!(${IS_FENCED}) || !(${IS_HELD}) || ${IN_TIME}`,
                    reason: "Forbidden",
                    messageExpression: `"the other site's lease ended at " + ${VALID} + ", and without one this site does not write"`,
                },
            ],
        },
        opts,
    );
}
