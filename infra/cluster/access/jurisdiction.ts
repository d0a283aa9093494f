import type * as pulumi from "@pulumi/pulumi";
import { BREAK_GLASS_ROLE, WAYS_IN } from "./plan-break-glass";
import { ENTRIES, KUBERNETES_ITSELF, OWN_IDENTITY } from "./plan-jurisdiction";
import type { Labels } from "../../conventions/names";
import { refusing } from "../../kubernetes/admission";

const RBAC = { apiGroups: ["rbac.authorization.k8s.io"], apiVersions: ["v1"], operations: ["CREATE", "UPDATE"] };

/** What policy/ says of roles and bindings before they are made, the API server says to whoever makes one in another way. */
export function jurisdiction(
    name: string,
    { labels }: { readonly labels: Labels },
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
                        `s.kind != "ServiceAccount" && !s.name.matches("${OWN_IDENTITY}")).map(s, s.name) : []`,
                },
            ],
            validations: [
                {
                    expression: "size(variables.others) == 0",
                    reason: "Forbidden",
                    messageExpression: `"rights are held by the embassy's own alone, and not by " + variables.others.join(", ")`,
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
                    expression: `!(request.userInfo.username in ${JSON.stringify(KUBERNETES_ITSELF)})`,
                },
            ],
            variables: [
                {
                    name: "own",
                    expression:
                        `request.resource.resource == "clusterroles" && object.metadata.name == "${BREAK_GLASS_ROLE}" ` +
                        `? ${JSON.stringify(WAYS_IN)} : []`,
                },
            ],
            validations: [
                {
                    expression:
                        "!has(object.rules) || object.rules.all(r, !has(r.resources) || !has(r.apiGroups) || " +
                        '!r.apiGroups.exists(g, g in ["", "*"]) || ' +
                        `!r.resources.exists(x, x in ${JSON.stringify(ENTRIES)} && !(x in variables.own)))`,
                    reason: "Forbidden",
                    message:
                        "no role lets anybody into a pod but the one of who breaks the glass: what runs is changed by declaring it",
                },
            ],
        },
        opts,
    );
}
