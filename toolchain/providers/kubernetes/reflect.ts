/**
 * What a program would have to declare to get the live object: the inputs of a refreshed resource.
 *
 * The engine stores them and compares them with the program, so a difference here is what a user sees as drift. They must contain every change
 * of something declared, and nothing that the API server or a controller filled in.
 */
import { Plain, PlainMap } from "../../plugin/values";
import { same } from "./equality";
import { FieldSet, Ownership, below, entryOf, isAddition, isLeaf, keyNames } from "./managed-fields";
import { KubeObject, Path, isMap, isZero } from "./objects";

interface Context extends Partial<Ownership> {
    readonly path: Path;
    /** Whether this is inside a value that the API server merges, and that its owner owns, as a whole. */
    readonly atomic: boolean;
    /** Whether there is an earlier state of the object to compare with. */
    readonly known: boolean;
}

/**
 * @param inputs the inputs in state
 * @param live the object that the API server has now
 * @param previous the object when the state was written (empty: none); what the API server had filled in by then is no drift
 */
export function reflectInputs(
    inputs: PlainMap,
    live: KubeObject,
    previous: KubeObject,
    ownership: Partial<Ownership>,
): PlainMap {
    const known = Object.keys(previous).length > 0;
    return reflectMap(inputs, live, previous, { ...ownership, path: [], atomic: false, known });
}

/** The present value of a declared one; undefined if it is gone. */
function reflect(
    input: Plain,
    live: Plain | undefined,
    previous: Plain | undefined,
    context: Context,
): Plain | undefined {
    if (input === null) {
        return input;
    }
    if (live === undefined || live === null) {
        // What the API server never stored, such as an empty map, is not missing either.
        const stored = context.known ? previous !== undefined && previous !== null : !isZero(input);
        return stored ? undefined : input;
    }
    if (isMap(input) && isMap(live)) {
        return reflectMap(input, live, previous, context);
    }
    if (Array.isArray(input) && Array.isArray(live)) {
        return reflectList(input, live, Array.isArray(previous) ? previous : [], context);
    }
    return same(context.path, input, live) ? input : live;
}

function reflectMap(input: PlainMap, live: PlainMap, previous: Plain | undefined, context: Context): PlainMap {
    const before = isMap(previous) ? previous : {};
    const result: PlainMap = {};
    for (const [key, value] of Object.entries(input)) {
        const found = reflect(value, live[key], before[key], step(context, key));
        if (found !== undefined) {
            result[key] = found;
        }
    }
    for (const [key, value] of Object.entries(live)) {
        const added = context.atomic
            ? isNew([...context.path, key], value, before[key], context)
            : below(context.human, key) !== undefined && isAddition(context.path.at(-1), key);
        if (!Object.hasOwn(input, key) && added) {
            result[key] = value;
        }
    }
    return result;
}

/** Within an atomic value everything is ours, so whatever was not there when the state was written is drift. */
function isNew(path: Path, value: Plain, previous: Plain | undefined, { known }: Context): boolean {
    return known && !same(path, value, previous);
}

function reflectList(input: Plain[], live: Plain[], previous: Plain[], context: Context): Plain[] {
    const keys = context.atomic ? undefined : keyNames(context.all);
    if (keys) {
        return reflectKeyed(input, live, previous, context, keys);
    }
    if (!context.atomic && Object.keys(context.all ?? {}).some((entry) => entry.startsWith("v:"))) {
        return reflectSet(input, live, context);
    }
    const declared = input.map((item, index) => reflect(item, live[index], previous[index], step(context, index)));
    const added = live.filter(
        (item, index) =>
            context.atomic && index >= input.length && isNew([...context.path, index], item, previous[index], context),
    );
    return [...declared.filter((item) => item !== undefined), ...added];
}

/** A list whose items the API server tells apart by keys, such as containers by their name. Others may add items to it. */
function reflectKeyed(
    input: Plain[],
    live: Plain[],
    previous: Plain[],
    context: Context,
    keys: readonly string[],
): Plain[] {
    const used = new Set<Plain>();
    const declared = input.map((item, index) => {
        const sameKeys = (other: Plain | undefined): boolean => agree(item, other, keys);
        const peer = [live[index], ...live].find((other) => other !== undefined && !used.has(other) && sameKeys(other));
        if (peer !== undefined) {
            used.add(peer);
        }
        return reflect(item, peer, [previous[index], ...previous].find(sameKeys), itemStep(context, index, peer));
    });
    const added = live.filter((item) => !used.has(item) && entryOf(context.human, item) !== undefined);
    return [...declared.filter((item) => item !== undefined), ...added];
}

/** True if no key tells the two apart; a key that is left to its default does not. */
function agree(left: Plain, right: Plain | undefined, keys: readonly string[]): boolean {
    if (!isMap(left) || !isMap(right)) {
        return false;
    }
    return keys.every((key) => left[key] === undefined || right[key] === undefined || left[key] === right[key]);
}

function reflectSet(input: Plain[], live: Plain[], { human }: Context): Plain[] {
    const added = live.filter(
        (item) => !input.includes(item) && Object.hasOwn(human ?? {}, `v:${JSON.stringify(item)}`),
    );
    return [...input.filter((item) => live.includes(item)), ...added];
}

function step(context: Context, key: string | number): Context {
    const all = typeof key === "string" ? below(context.all, key) : undefined;
    const human = typeof key === "string" ? below(context.human, key) : undefined;
    return {
        ...context,
        path: [...context.path, key],
        all,
        human,
        atomic: context.atomic || (all !== undefined && isLeaf(all)),
    };
}

function itemStep(context: Context, index: number, item: Plain | undefined): Context {
    const within = (fields: FieldSet | undefined): FieldSet | undefined => {
        const entry = item === undefined ? undefined : entryOf(fields, item);
        const found = entry === undefined ? undefined : fields?.[entry];
        return isMap(found) ? found : undefined;
    };
    return { ...context, path: [...context.path, index], all: within(context.all), human: within(context.human) };
}
