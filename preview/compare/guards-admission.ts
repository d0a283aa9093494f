/** Finds admission policies that may no longer refuse what they refused. Pure. */
import { at, list } from "../../toolchain/providers/kubernetes/objects";
import type { Plain, PlainMap } from "../../toolchain/plugin/values";
import { added } from "./added";

type Path = readonly string[];

/** With fewer items in these lists a policy refuses less: https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/ */
const REFUSING: readonly Path[] = [
    ["spec", "validations"],
    ["spec", "matchConstraints", "resourceRules"],
];
/** With more items in these lists a policy checks less. */
const EXEMPTING: readonly Path[] = [
    ["spec", "matchConditions"],
    ["spec", "matchConstraints", "excludeResourceRules"],
    ["spec", "matchResources", "excludeResourceRules"],
    ["spec", "matchResources", "resourceRules"],
];
/** For these fields nobody can tell what another value lets through. */
const JUDGING: readonly Path[] = [
    ["spec", "matchConstraints", "namespaceSelector"],
    ["spec", "matchConstraints", "objectSelector"],
    ["spec", "matchConstraints", "matchPolicy"],
    ["spec", "matchResources", "namespaceSelector"],
    ["spec", "matchResources", "objectSelector"],
    ["spec", "variables"],
    ["spec", "paramKind"],
    ["spec", "paramRef"],
    ["spec", "policyName"],
    ["webhooks"],
];

/** Kinds of objects that refuse the writes of others. */
export const ADMITS = [
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
] as const;

export function weakerAdmission(kind: string, old: PlainMap, next: PlainMap): string[] {
    if (!(ADMITS as readonly string[]).includes(kind)) {
        return [];
    }
    const hasMore = (path: Path, one: PlainMap, other: PlainMap): boolean =>
        added(list(other, ...path), list(one, ...path)).length > 0;
    const changed = [
        ...REFUSING.filter((path) => hasMore(path, old, next)),
        ...EXEMPTING.filter((path) => hasMore(path, next, old)),
        ...JUDGING.filter((path) => isOther(at(old, ...path), at(next, ...path))),
    ];
    return changed.length === 0
        ? []
        : [`has other ${changed.map((path) => path.join(".")).join(", ")}: it may let through what it refused`];
}

/** An absent selector selects everything, so its removal lets nothing through. */
function isOther(old: Plain | undefined, next: Plain | undefined): boolean {
    return next !== undefined && JSON.stringify(old) !== JSON.stringify(next);
}
