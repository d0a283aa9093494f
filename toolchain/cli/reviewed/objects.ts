/** Finds the object in which two plans of the engine differ, and the field. Pure; it tells no value, because any may be a secret. */
import type { EnginePlan } from "./plan-file";

type Properties = Readonly<Record<string, unknown>>;
type Plans = EnginePlan["resourcePlans"];
type Plan = Plans[string];

interface Diff {
    readonly adds?: Properties;
    readonly updates?: Properties;
    readonly deletes?: readonly string[];
}

interface Goal {
    readonly inputDiff?: Diff;
    readonly [option: string]: unknown;
}

/** The key that marks a secret in a state: sdk/go/common/resource/sig. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
/** These follow from the values, or are made by a provider. */
const LEFT_OUT = new Set(["inputDiff", "outputDiff", "propertyDependencies"]);

/**
 * Compares two plans for one state.
 *
 * @param inputs URN → the inputs in the state
 * @returns one sentence, undefined where they are the same. Two secrets count as the same, because the engine compares them
 */
export function objectDifference(
    before: EnginePlan,
    now: EnginePlan,
    inputs: ReadonlyMap<string, Properties>,
): string | undefined {
    const [plans, others]: [Plans, Plans] = [before.resourcePlans, now.resourcePlans];
    const urns = [...new Set([...Object.keys(plans), ...Object.keys(others)])].sort();
    for (const urn of urns) {
        const found = resourceDifference(plans[urn], others[urn], inputs.get(urn) ?? {});
        if (found !== undefined) {
            return `${urn}${found}.`;
        }
    }
    return undefined;
}

function resourceDifference(before: Plan | undefined, now: Plan | undefined, old: Properties): string | undefined {
    if (before === undefined || now === undefined) {
        return before === undefined ? " is more than was reviewed" : " is not declared any more";
    }
    const [steps, otherSteps] = [before, now].map((plan) => (plan.steps ?? []).join(" and "));
    if (steps !== otherSteps) {
        return `: reviewed was ${steps}, and now it would be ${otherSteps}`;
    }
    const [goal, other] = [before, now].map(({ goal: found }) => (found ?? {}) as Goal) as [Goal, Goal];
    const path = pathOf(wanted(goal, old), wanted(other, old), []) ?? pathOf(optionsOf(goal), optionsOf(other), []);
    return path && `: ${path.join(".")} is otherwise`;
}

/** All of a resource's inputs, not only those that change. */
function wanted({ inputDiff: { adds = {}, updates = {}, deletes = [] } = {} }: Goal, old: Properties): Properties {
    const kept = Object.entries(old).filter(([key]) => !deletes.includes(key));
    return { ...Object.fromEntries(kept), ...adds, ...updates };
}

/** The lists among them are sets: the engine writes a resource's dependencies in the order in which it learnt of them. */
function optionsOf(goal: Goal): Properties {
    const options = Object.entries(goal).filter(([key]) => !LEFT_OUT.has(key));
    return Object.fromEntries(
        options.map(([key, value]) => [key, Array.isArray(value) ? (value as unknown[]).toSorted() : value]),
    );
}

/** The first place that differs, in the order of keys; undefined where nothing does. */
function pathOf(before: unknown, now: unknown, path: readonly string[]): readonly string[] | undefined {
    if (!isObject(before) || !isObject(now)) {
        return Object.is(before, now) ? undefined : path;
    }
    if (SIGNATURE in before && SIGNATURE in now) {
        return undefined;
    }
    for (const key of [...new Set([...Object.keys(before), ...Object.keys(now)])].sort()) {
        const found = pathOf(before[key], now[key], [...path, key]);
        if (found !== undefined) {
            return found;
        }
    }
    return undefined;
}

function isObject(value: unknown): value is Properties {
    return typeof value === "object" && value !== null;
}
