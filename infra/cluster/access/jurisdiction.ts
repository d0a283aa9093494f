import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../../conventions/names";
import { HOLDING, holders } from "./plan-holders";
import { ESCALATES, EXCEPTED, KUBERNETES_ITSELF } from "./plan-jurisdiction";
import { refusing } from "../../kubernetes/admission";

const RBAC = { apiGroups: ["rbac.authorization.k8s.io"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"] };

/**
 * The API server enforces the rules that policy/ has for roles and bindings, also for those that are created in any other way than by this
 * program.
 */
export function jurisdiction(
    name: string,
    { site, labels }: { readonly site: string; readonly labels: Labels },
    opts: pulumi.CustomResourceOptions,
): void {
    refusing(
        `${name}-holders`,
        {
            called: "own-jurisdiction",
            labels,
            matchConstraints: { resourceRules: [{ ...RBAC, resources: ["rolebindings", "clusterrolebindings"] }] },
            variables: [
                {
                    name: "others",
                    expression:
                        "has(object.subjects) ? object.subjects.filter(s, " +
                        `!(${HOLDING} in ${JSON.stringify(holders(site))})).map(s, s.name) : []`,
                },
            ],
            validations: [
                {
                    expression: "size(variables.others) == 0",
                    reason: "Forbidden",
                    messageExpression: `"rights are held by the embassy's own alone, and not by " + variables.others.join(", ") + ": " + object.roleRef.name + " is for whom the program names"`,
                },
            ],
        },
        opts,
    );
    refusing(
        `${name}-entries`,
        {
            called: "no-entry",
            labels,
            matchConstraints: { resourceRules: [{ ...RBAC, resources: ["roles", "clusterroles"] }] },
            matchConditions: [
                {
                    name: "by-hand",
                    expression: `!(${KUBERNETES_ITSELF})`,
                },
            ],
            variables: [
                { name: "named", expression: JSON.stringify(EXCEPTED) },
                {
                    name: "excepted",
                    expression:
                        'request.resource.resource == "clusterroles" && object.metadata.name in variables.named ' +
                        "? variables.named[object.metadata.name] : []",
                },
            ],
            validations: [
                {
                    expression: `!has(object.rules) || !object.rules.exists(r, ${ESCALATES})`,
                    reason: "Forbidden",
                    message:
                        "no role lets anybody into a pod but the one of who breaks the glass, nor reads keys, makes pods or gives rights on: what runs is changed by declaring it",
                },
            ],
        },
        opts,
    );
}
