/** The rules as a policy pack: `npm run pulumi -- preview --policy-pack policy`. */
import { PolicyPack, type ResourceValidationPolicy } from "@pulumi/policy";
import { RULES } from "./rules";
import type { KubernetesObject, Rule } from "./rules/rule";

function toPolicy({ name, description, violations }: Rule): ResourceValidationPolicy {
    return {
        name,
        description,
        enforcementLevel: "mandatory",
        validateResource({ type, props, opts }, report) {
            if (type.startsWith("kubernetes:")) {
                violations(props as KubernetesObject, opts).forEach((violation) => report(violation));
            }
        },
    };
}

new PolicyPack("data-embassy", { policies: RULES.map(toPolicy) });
