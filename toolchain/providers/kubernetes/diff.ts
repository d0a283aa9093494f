/** Tells whether, and where, new inputs differ from what there is. */
import { DiffResult, PropertyDiff } from "../../plugin/provider";
import { Plain, PlainMap, UNKNOWN } from "../../plugin/values";
import { same, sameScalar } from "./equality";
import { isAddition } from "./managed-fields";
import { Path, annotation, isMap, map, nameOf, namespaceOf } from "./objects";
import { formatPath, parsePath, startsWith } from "./paths";

export interface DiffArguments {
    /** The inputs in state. */
    readonly oldInputs: PlainMap;
    /** The object in state. */
    readonly live: PlainMap;
    readonly news: PlainMap;
    readonly immutable: readonly (readonly string[])[];
    readonly ignoreChanges?: readonly string[];
    /** The inputs in state are all that an import found: the program leaves what it does not mention to others. */
    readonly imported?: boolean;
    /** Where a value is secret now that is in the clear in the state. */
    readonly exposed?: readonly Path[];
    /** A path to name where the object must be replaced although it has not changed. */
    readonly unready?: string | undefined;
}

export const AUTONAMED = "pulumi.com/autonamed";

/**
 * Compares the inputs in state with new ones, and the live object's values in state with them at the same paths. What the API server or a
 * controller added is at no such path, so it never shows.
 */
export function diffObjects(args: DiffArguments): DiffResult {
    const ignored = (args.ignoreChanges ?? []).map(parsePath);
    const detailedDiff: Record<string, PropertyDiff> = {};
    for (const { path, kind, inputDiff, before, live, after } of compareMaps(
        [],
        args.oldInputs,
        args.live,
        args.news,
    )) {
        const left = args.imported === true && kind === "delete" && !isOwnKey(path);
        if (!left && !ignored.some((prefix) => startsWith(path, prefix))) {
            // Setting an immutable field to the value that it already has (a default, for instance) changes nothing.
            const settled = live !== undefined && same(path, live, after);
            const replaces = !settled && args.immutable.some((pattern) => touches(path, pattern, before, after));
            detailedDiff[formatPath(path)] = { kind: replaces ? `${kind}-replace` : kind, inputDiff };
        }
    }
    for (const path of args.exposed ?? []) {
        detailedDiff[formatPath(path)] ??= { kind: "update", inputDiff: true };
    }
    if (args.unready !== undefined) {
        detailedDiff[args.unready] = { kind: "update-replace", inputDiff: false };
    }
    return { detailedDiff, deleteBeforeReplace: Object.keys(detailedDiff).length > 0 && mustDeleteFirst(args) };
}

/** True for a key of a map whose keys are the user's own, such as a label; other fields and list items may be the API server's. */
function isOwnKey(path: Path): boolean {
    const [parent, key] = path.slice(-2);
    return typeof key === "string" && isAddition(parent, key);
}

/**
 * An object that the user has named cannot exist twice; one with a generated name gets another. The engine may decide by itself to replace
 * the object: a provider does not learn of the program's `replaceOnChanges`.
 */
function mustDeleteFirst({ live, news }: DiffArguments): boolean {
    return (
        annotation(news, AUTONAMED) !== "true" &&
        nameOf(news) === nameOf(live) &&
        (namespaceOf(news) || namespaceOf(live)) === namespaceOf(live)
    );
}

interface Change {
    readonly path: Path;
    readonly kind: "add" | "delete" | "update";
    readonly inputDiff: boolean;
    readonly before: Optional;
    readonly live: Optional;
    readonly after: Optional;
}

type Optional = Plain | undefined;

function* compare(path: Path, old: Optional, live: Optional, next: Optional): Generator<Change> {
    if ((old ?? undefined) === undefined && (next ?? undefined) === undefined) {
        return;
    }
    if (isMap(next) && isMap(old)) {
        yield* compareMaps(path, old, map(live), next);
    } else if (Array.isArray(next) && Array.isArray(old)) {
        yield* compareLists(path, old, Array.isArray(live) ? live : [], next);
    } else {
        const kind = changeOf(path, old, live, next);
        if (kind) {
            yield { path, before: old, live, after: next, ...kind };
        }
    }
}

function changeOf(
    path: Path,
    old: Optional,
    live: Optional,
    next: Optional,
): Pick<Change, "kind" | "inputDiff"> | undefined {
    if (old === undefined || old === null) {
        return { kind: "add", inputDiff: true };
    }
    if (next === undefined || next === null) {
        return { kind: "delete", inputDiff: true };
    }
    if (next === UNKNOWN || !same(path, old, next)) {
        return { kind: "update", inputDiff: true };
    }
    const drifted = isScalar(live) && isScalar(next) && !sameScalar(path, live, next);
    return drifted ? { kind: "update", inputDiff: false } : undefined;
}

function isScalar(value: Optional): value is string | number | boolean {
    return value !== undefined && value !== null && typeof value !== "object";
}

function* compareMaps(path: Path, old: PlainMap, live: PlainMap, next: PlainMap): Generator<Change> {
    for (const key of new Set([...Object.keys(next), ...Object.keys(old)])) {
        yield* compare([...path, key], old[key], live[key], next[key]);
    }
}

function* compareLists(path: Path, old: Plain[], live: Plain[], next: Plain[]): Generator<Change> {
    for (let index = 0; index < Math.max(old.length, next.length); index++) {
        yield* compare([...path, index], old[index], peerOf(old[index], live, index, old.length), next[index]);
    }
}

/**
 * The live item that an item of the inputs became. Others may have put items into the list, so a name tells more than a position, unless
 * several items have it.
 */
function peerOf(item: Optional, live: Plain[], index: number, length: number): Optional {
    const name = isMap(item) ? item["name"] : undefined;
    const named = live.filter((other) => isMap(other) && other["name"] === name);
    if (name !== undefined && named.length <= 1) {
        return named[0];
    }
    return live.length === length ? live[index] : undefined;
}

/** True if a change at `path` changes something at `pattern`: at it, below it, or above it with a value that reaches it. */
function touches(path: Path, pattern: readonly string[], before: Optional, after: Optional): boolean {
    const common = Math.min(path.length, pattern.length);
    for (let index = 0; index < common; index++) {
        const step = pattern[index];
        if (step === "*" ? typeof path[index] !== "number" : step !== path[index]) {
            return false;
        }
    }
    const rest = pattern.slice(path.length);
    return rest.length === 0 || reaches(before, rest) || reaches(after, rest);
}

function reaches(value: Optional, [step, ...rest]: readonly string[]): boolean {
    if (step === undefined) {
        return value !== undefined && value !== null;
    }
    if (step === "*") {
        return Array.isArray(value) && value.some((item) => reaches(item, rest));
    }
    // A value that is not known yet may become anything.
    return value === UNKNOWN || (isMap(value) && reaches(value[step], rest));
}
