/** Turns the engine's steps into the two sides of a comparison, with what the engine says about each resource. Pure. */
import { at } from "../../toolchain/providers/kubernetes/objects";
import { parsePath } from "../../toolchain/providers/kubernetes/paths";
import { type Plain, type PlainMap, UNKNOWN } from "../../toolchain/plugin/values";
import { groupBy } from "../group";
import type { Pair } from "../compare/objects";
import { shownPair } from "../compare/show";
import type { Registered, Rendered } from "../render/registrations";
import { HIDDEN, mask } from "../render/secrets";
import type { Change } from "../report";
import type { EngineEvent, Step, StepState } from "./events";

export interface Sides {
    readonly before: readonly Registered[];
    readonly after: readonly Registered[];
    readonly pairs: readonly Pair[];
}

/** Replaces a value that is known only once it is made. */
const LATER = "[known once it is applied]";

const REPLACES = new Set(["replace", "create-replacement", "import-replacement"]);
const DELETES = new Set(["delete", "discard"]);
const CREATES = new Set(["create", "import"]);
/** Operations on earlier incarnations, which tell nothing about the resource itself. */
const BESIDE = new Set(["delete-replaced", "remove-pending-replace", "discard-replaced", "read-discard"]);

export function sidesOf(events: readonly EngineEvent[]): Sides {
    const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
    const told = [...groupBy(steps, ({ urn }) => urn).values()].flatMap(
        // The engine reports each step of a replacement; the step for the whole knows the reason.
        (all) => all.find(({ op }) => REPLACES.has(op)) ?? all.find(({ op }) => !BESIDE.has(op)) ?? [],
    );
    return {
        before: told.flatMap((step) => registered(step, CREATES.has(step.op) ? undefined : step.old)),
        after: told.flatMap((step) => registered(step, DELETES.has(step.op) ? undefined : step.new)),
        pairs: told.flatMap(pairOf),
    };
}

function registered(step: Step, state: StepState | null | undefined): Registered[] {
    return state
        ? [
              {
                  urn: step.urn,
                  parent: state.parent,
                  dependencies: [],
                  ignoreChanges: [],
                  resource: state.custom === true ? rendered(step, state) : undefined,
              },
          ]
        : [];
}

export function rendered({ urn, type }: Step, state: StepState): Rendered {
    return {
        type,
        name: urn.split("::").at(-1) ?? urn,
        protect: state.protect ?? false,
        retainOnDelete: state.retainOnDelete ?? false,
        inputs: shownInputs(state.inputs),
    };
}

function pairOf(step: Step): Pair[] {
    if ((step.new ?? step.old)?.custom !== true) {
        return [];
    }
    const operation = operationOf(step.op);
    const before = operation !== "create" && step.old ? rendered(step, step.old) : undefined;
    const after = operation !== "delete" && step.new ? rendered(step, step.new) : undefined;
    const changes = before && after ? changesOf(step, before, after) : [];
    return [{ urn: step.urn, before, after, operation, changes, dependencies: [] }];
}

function operationOf(op: string): Pair["operation"] {
    if (REPLACES.has(op)) {
        return "replace";
    }
    if (DELETES.has(op)) {
        return "delete";
    }
    return CREATES.has(op) ? "create" : op === "update" ? "update" : "same";
}

/** The changes of a step; where the provider gives no details, they are top-level properties. */
export function changesOf(step: Step, { inputs: before }: Rendered, { inputs: after }: Rendered): Change[] {
    const { detailedDiff, diffs, keys, old } = step;
    const paths = Object.keys(detailedDiff ?? {});
    return (paths.length > 0 ? paths : [...new Set([...(diffs ?? []), ...(keys ?? [])])]).map((path) => {
        const steps = parsePath(path);
        const { diffKind = "", inputDiff = true } = detailedDiff?.[path] ?? {};
        // The resource differs from its inputs, as the last refresh found.
        const from = inputDiff ? before : shownInputs(old?.outputs);
        const isKey = (keys ?? []).some((key) => key === path || key === String(steps[0]));
        return {
            path,
            replaces: isKey || diffKind.endsWith("-replace"),
            ...shownPair(nameAt(steps, after, before), valueAt(from, steps), valueAt(after, steps)),
        };
    });
}

/** The name of a variable is beside its value. */
function nameAt(steps: ReturnType<typeof parsePath>, ...sides: readonly Rendered["inputs"][]): string {
    const [named] = sides.flatMap((side) => at(side as PlainMap, ...steps.slice(0, -1), "name") ?? []);
    return steps.at(-1) === "value" && typeof named === "string" ? named : String(steps.at(-1));
}

/** The value at a path. Everything below a secret is one: a map that is secret as a whole does not show its names. */
export function valueAt(inputs: Rendered["inputs"], steps: ReturnType<typeof parsePath>): Plain | undefined {
    const isHidden = steps.some((_, index) => at(inputs as PlainMap, ...steps.slice(0, index + 1)) === HIDDEN);
    return isHidden ? HIDDEN : at(inputs as PlainMap, ...steps);
}

/** Inputs without secrets; a Secret's data is hidden even where it is not marked. */
export function shownInputs(inputs: StepState["inputs"] = {}): Rendered["inputs"] {
    const masked = withoutUnknown(mask(inputs)) as Record<string, unknown>;
    const data = masked["kind"] === "Secret" ? ["data", "stringData"].filter((key) => masked[key] !== undefined) : [];
    return { ...masked, ...Object.fromEntries(data.map((key) => [key, HIDDEN])) };
}

function withoutUnknown(value: unknown): unknown {
    if (value === UNKNOWN) {
        return LATER;
    }
    if (Array.isArray(value)) {
        return value.map(withoutUnknown);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutUnknown(item)]))
        : value;
}
