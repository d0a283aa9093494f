/** Finds which objects are created, changed, replaced and deleted. Pure. */
import type { PlainMap } from "../../toolchain/plugin/values";
import { diffObjects } from "../../toolchain/providers/kubernetes/diff";
import { immutablePaths } from "../../toolchain/providers/kubernetes/immutable";
import { at } from "../../toolchain/providers/kubernetes/objects";
import { parsePath } from "../../toolchain/providers/kubernetes/paths";
import { isPatch, kindOf as versionOf } from "../../toolchain/providers/kubernetes/types";
import type { Registered, Rendered } from "../render/registrations";
import type { Change, ObjectChange } from "../report";
import { isKubernetes, kindOf, placeOf, shownPair, subjectOf } from "./show";

export interface Pair {
    readonly urn: string;
    readonly before: Rendered | undefined;
    readonly after: Rendered | undefined;
    readonly operation: ObjectChange["operation"] | "same";
    readonly changes: readonly Change[];
    /** URNs after the change. */
    readonly dependencies: readonly string[];
}

/** Any other change of a certificate makes a new one: https://www.pulumi.com/registry/packages/tls/ */
const IN_PLACE = new Set(["earlyRenewalHours"]);

/** As in the engine, a resource is the same where it has the same URN, or one that it had before. */
export function pairs(before: readonly Registered[], after: readonly Registered[]): Pair[] {
    const [olds, news] = [byUrn(before), byUrn(after)];
    const mutable = mutability(after);
    const former = new Map(
        [...news].flatMap(([urn, { formerly = [] }]) => {
            const known = olds.has(urn) ? undefined : formerly.find((one) => olds.has(one) && !news.has(one));
            return known === undefined ? [] : [[urn, known]];
        }),
    );
    const followed = new Set(former.values());
    return [...new Set([...olds.keys(), ...news.keys()])]
        .filter((urn) => !followed.has(urn))
        .map((urn) => {
            const [old, next] = [olds.get(former.get(urn) ?? urn)?.resource, news.get(urn)?.resource];
            const changes = old && next ? changesOf(old, next, news.get(urn)?.ignoreChanges ?? [], mutable) : [];
            return {
                urn,
                before: old,
                after: next,
                operation: operationOf(old, next, changes),
                changes,
                dependencies: news.get(urn)?.dependencies ?? [],
            };
        });
}

function byUrn(all: readonly Registered[]): Map<string, Registered> {
    return new Map(all.filter(({ resource }) => resource !== undefined).map((one) => [one.urn, one]));
}

function operationOf(
    old: Rendered | undefined,
    next: Rendered | undefined,
    changes: readonly Change[],
): Pair["operation"] {
    if (old === undefined) {
        return "create";
    }
    if (next === undefined) {
        return "delete";
    }
    if (changes.some(({ replaces }) => replaces)) {
        return "replace";
    }
    const sameProtection = old.protect === next.protect && old.retainOnDelete === next.retainOnDelete;
    return changes.length > 0 || !sameProtection ? "update" : "same";
}

/** How the site's provider is configured to treat new data. */
function mutability(all: readonly Registered[]): { enableConfigMapMutable: boolean; enableSecretMutable: boolean } {
    const inputs = all.find(({ resource }) => resource?.type === "pulumi:providers:kubernetes")?.resource?.inputs ?? {};
    const isSet = (name: string): boolean => String(inputs[name]) === "true";
    return {
        enableConfigMapMutable: isSet("enableConfigMapMutable"),
        enableSecretMutable: isSet("enableSecretMutable"),
    };
}

function changesOf(
    old: Rendered,
    next: Rendered,
    ignoreChanges: readonly string[],
    mutable: ReturnType<typeof mutability>,
): Change[] {
    const [before, after] = [old.inputs as PlainMap, next.inputs as PlainMap];
    const gvk = versionOf(next.type, after);
    const immutable = isKubernetes(next) ? immutablePaths(gvk, after, mutable, isPatch(next.type, gvk.kind)) : [];
    const { detailedDiff } = diffObjects({ oldInputs: before, live: before, news: after, immutable, ignoreChanges });
    const makesAnother = /^(tls|random):/.test(next.type);
    return Object.entries(detailedDiff).map(([path, { kind }]) => {
        const steps = parsePath(path);
        const another = makesAnother && !IN_PLACE.has(String(steps[0]));
        // The name of a variable is beside its value.
        const named = at(after, ...steps.slice(0, -1), "name") ?? at(before, ...steps.slice(0, -1), "name");
        const name = steps.at(-1) === "value" && typeof named === "string" ? named : String(steps.at(-1));
        return {
            path,
            replaces: another || kind.endsWith("-replace"),
            ...shownPair(name, at(before, ...steps), at(after, ...steps)),
        };
    });
}

export function objectChange({ before, after, operation, changes }: Pair): ObjectChange[] {
    const resource = after ?? before;
    return operation === "same" || resource === undefined
        ? []
        : [
              {
                  operation,
                  kind: kindOf(resource),
                  name: placeOf(resource),
                  subject: subjectOf(resource),
                  changes: [...changes],
              },
          ];
}
