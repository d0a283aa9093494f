/** Finds what the policy pack reports about the working tree's objects, and whether it would have reported it before. Pure. */
import { RULES } from "../../policy/rules";
import type { KubernetesObject } from "../../policy/rules/rule";
import type { Rendered } from "../render/registrations";
import type { StackReport } from "../report";
import { described, isKubernetes } from "./show";

type Violation = StackReport["policies"][number];

export function policyResults(before: readonly Rendered[], after: readonly Rendered[]): Violation[] {
    const known = new Set(violations(before).map(keyOf));
    return violations(after)
        .map((one) => ({ ...one, isNew: !known.has(keyOf(one)) }))
        .sort((one, other) => Number(other.isNew) - Number(one.isNew));
}

export function violations(resources: readonly Rendered[]): Omit<Violation, "isNew">[] {
    return resources.filter(isKubernetes).flatMap((resource) =>
        RULES.flatMap(({ name, violations: find }) =>
            find(resource.inputs as unknown as KubernetesObject, resource).map((remedy) => ({
                rule: name,
                object: described(resource),
                remedy,
            })),
        ),
    );
}

function keyOf({ rule, object, remedy }: Omit<Violation, "isNew">): string {
    return [rule, object, remedy].join("\n");
}
