/**
 * Reads `metadata.managedFields`: who owns which field, and which lists and maps the API server treats as one value.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
import { Plain, PlainMap } from "../../plugin/values";
import { KubeObject, isMap, list, map, text } from "./objects";

/** A `fieldsV1` tree: `f:<field>`, `k:{…}` for a keyed list item, `v:…` for a member of a set, `.` for the thing itself. */
export type FieldSet = PlainMap;

/** People with kubectl, and Kubernetes' name for changes from before the first apply. */
const HUMAN = /^kubectl|^before-first-apply$/;
/** The official plugin's names where it creates or updates without server-side apply. */
const CLIENT_SIDE = new Set(["pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes"]);

export interface Ownership {
    /** The fields of all managers together; its leaves are what the API server merges as one value. */
    readonly all: FieldSet;
    /** Fields that a person set by hand. */
    readonly human: FieldSet;
}

export function ownershipOf(live: KubeObject): Ownership {
    let all: FieldSet = {};
    let human: FieldSet = {};
    for (const entry of entriesOf(live)) {
        const fields = map(entry, "fieldsV1");
        all = union(all, fields);
        if (HUMAN.test(text(entry, "manager"))) {
            human = union(human, fields);
        }
    }
    return { all, human };
}

/** The fields of controllers, operators and people, without those that are this resource's own or become so by {@link takeOver}. */
export function fieldsOfOthers(live: KubeObject, managers: Managers): FieldSet {
    return entriesOf(live)
        .filter((entry) => {
            const manager = text(entry, "manager");
            return HUMAN.test(manager) || (manager !== managers.now && !isTakeable(entry, managers));
        })
        .reduce<FieldSet>((fields, entry) => union(fields, map(entry, "fieldsV1")), {});
}

function entriesOf(live: KubeObject): PlainMap[] {
    return list(live, "metadata", "managedFields").filter(isMap);
}

function union(left: FieldSet, right: FieldSet): FieldSet {
    const result = { ...left };
    for (const [key, value] of Object.entries(right)) {
        const existing = result[key];
        result[key] = isMap(existing) && isMap(value) ? union(existing, value) : value;
    }
    return result;
}

/** The part of a field set below a map's key. */
export function below(fields: FieldSet | undefined, key: string): FieldSet | undefined {
    const found = fields?.[`f:${key}`];
    return isMap(found) ? found : undefined;
}

/** True if the set has nothing below: the API server merges the value as a whole ("atomic"). */
export function isLeaf(fields: FieldSet): boolean {
    return Object.keys(fields).every((key) => key === ".");
}

/** The names of the keys (`containerPort`, `protocol`) of a keyed list; undefined where a list is not keyed. */
export function keyNames(fields: FieldSet | undefined): string[] | undefined {
    const entry = Object.keys(fields ?? {}).find((key) => key.startsWith("k:"));
    return entry === undefined ? undefined : Object.keys(JSON.parse(entry.slice(2)) as PlainMap);
}

/** The entry of a keyed list (`k:{"name":"web"}`) that describes `item`; a key that `item` leaves out, for its default, matches. */
export function entryOf(fields: FieldSet | undefined, item: Plain): string | undefined {
    return Object.keys(fields ?? {}).find((entry) => matches(entry, item));
}

/** True if the list entry `k:{…}` describes `item`. */
function matches(entry: string, item: Plain): boolean {
    if (!entry.startsWith("k:") || !isMap(item)) {
        return false;
    }
    const keys = JSON.parse(entry.slice(2)) as PlainMap;
    return Object.entries(keys).every(([key, value]) => item[key] === undefined || item[key] === value);
}

/** True if all names in a conflict are ours, which means this resource's own manager, for any operation. */
export function isOwnName(manager: string, fieldManager: string): boolean {
    return manager === fieldManager || CLIENT_SIDE.has(manager);
}

/** A resource's field managers. */
export interface Managers {
    readonly now: string;
    /** The former manager, where the program has given the resource another one. */
    readonly before?: string;
}

/** True if an apply will {@link takeOver} fields first. */
export function needsTakeOver(live: KubeObject, managers: Managers): boolean {
    return entriesOf(live).some((entry) => isTakeable(entry, managers));
}

function isTakeable(entry: PlainMap, { now, before }: Managers): boolean {
    const manager = text(entry, "manager");
    if (text(entry, "subresource")) {
        return false;
    }
    if (HUMAN.test(manager)) {
        return true;
    }
    // The fields that our manager applied are ours already.
    return manager === now ? text(entry, "operation") !== "Apply" : manager === before || isOwnName(manager, now);
}

/**
 * `metadata.managedFields` in which the fields that the resource must own belong to its manager; undefined if there is nothing to move. Applying
 * `inputs` then neither conflicts with a change made by hand nor leaves behind what was added by hand. The official plugin does the same
 * before an update. It takes only declared fields from people: a paused rollout or a replica count that the program does not
 * mention stays as it is.
 */
export function takeOver(live: KubeObject, inputs: PlainMap, managers: Managers): PlainMap[] | undefined {
    let taken: FieldSet = {};
    const left: PlainMap[] = [];
    for (const entry of entriesOf(live)) {
        if (!isTakeable(entry, managers)) {
            left.push(entry);
            continue;
        }
        const fields = map(entry, "fieldsV1");
        const [ours, theirs] = HUMAN.test(text(entry, "manager")) ? split(fields, inputs) : [fields, {}];
        taken = union(taken, ours);
        if (Object.keys(theirs).length > 0) {
            left.push({ ...entry, fieldsV1: theirs });
        }
    }
    if (Object.keys(taken).length === 0) {
        return undefined;
    }
    const own = left.find((entry) => text(entry, "manager") === managers.now && text(entry, "operation") === "Apply");
    const fieldsV1 = union(map(own, "fieldsV1"), taken);
    const mine: PlainMap = {
        manager: managers.now,
        operation: "Apply",
        apiVersion: text(live, "apiVersion"),
        time: new Date().toISOString().replace(/\.\d+/, ""),
        fieldsType: "FieldsV1",
        fieldsV1,
    };
    return [...left.filter((entry) => entry !== own), mine];
}

/** Maps whose keys are the user's own: an unknown key in one is an addition to it, not another setting. */
const OPEN_MAPS = new Set([
    "annotations",
    "binaryData",
    "data",
    "hard",
    "labels",
    "limits",
    "matchLabels",
    "nodeSelector",
    "parameters",
    "requests",
]);

/** True if `key`, set by a person in the map called `parent`, counts as an addition to that map. */
export function isAddition(parent: string | number | undefined, key: string): boolean {
    // kubectl's own entries do not count, such as the mark of `kubectl rollout restart`, which must not undo itself.
    return typeof parent === "string" && OPEN_MAPS.has(parent) && !key.startsWith("kubectl.kubernetes.io/");
}

function split(fields: FieldSet, declared: Plain | undefined, parent?: string): [FieldSet, FieldSet] {
    const ours: FieldSet = {};
    const theirs: FieldSet = {};
    for (const [key, sub] of Object.entries(fields)) {
        if (key === ".") {
            ours[key] = sub;
            continue;
        }
        const name = key.slice(2);
        const next = key.startsWith("f:") ? field(declared, name) : declaredItem(declared, key);
        if (next === undefined) {
            const added = key.startsWith("f:") ? isAddition(parent, name) : Array.isArray(declared);
            (added ? ours : theirs)[key] = sub;
            continue;
        }
        const [mine, rest] = isMap(sub) ? split(sub, next, name) : [sub, {}];
        ours[key] = mine;
        if (Object.keys(rest).length > 0) {
            theirs[key] = rest;
        }
    }
    return [ours, theirs];
}

function field(value: Plain | undefined, key: string): Plain | undefined {
    return isMap(value) ? value[key] : undefined;
}

function declaredItem(value: Plain | undefined, entry: string): Plain | undefined {
    return Array.isArray(value) ? value.find((item) => matches(entry, item)) : undefined;
}
