/** The rules as a policy pack: `npm run pulumi -- preview --policy-pack policy`. */
import { PolicyPack, type ResourceValidationPolicy, type StackValidationPolicy } from "@pulumi/policy";
import { RULES } from "./rules";
import { isObject, unseen } from "./rules/seen";
import type { KubernetesObject, Rule } from "./rules/rule";

function toPolicy({ name, description, violations }: Rule): ResourceValidationPolicy {
    return {
        name,
        description,
        enforcementLevel: "mandatory",
        validateResource({ type, props, opts }, report) {
            if (isObject(type)) {
                violations(props as KubernetesObject, opts).forEach((violation) => report(violation));
            }
        },
    };
}

/** The engine does not ask packs about a destroy, so that a stack without objects is a program that declares none. */
const seen: StackValidationPolicy = {
    name: "seen",
    description: "There is something to judge: a pack that sees nothing passes nothing.",
    enforcementLevel: "mandatory",
    validateStack({ resources }, report) {
        unseen(resources.map(({ type }) => type)).forEach((violation) => report(violation));
    },
};

new PolicyPack("data-embassy", { policies: [...RULES.map(toPolicy), seen] });
