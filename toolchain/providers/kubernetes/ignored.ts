/**
 * What an apply says about the fields that a program ignores (`ignoreChanges`): they stay as they are in the cluster.
 *
 * A field that another manager owns is left out, so that the manager stays its only owner: otherwise the owner's next change would be a
 * conflict. A field that nobody else owns has to be repeated unchanged, since an apply removes what it leaves out.
 */
import type { Plain } from "../../plugin/values";
import { type FieldSet, below, entryOf } from "./managed-fields";
import { type KubeObject, type Path, isMap, without } from "./objects";
import { parsePath } from "./paths";

type Optional = Plain | undefined;

/** @param theirs what other managers own of `live` */
export function withoutIgnored(
    object: KubeObject,
    live: KubeObject,
    theirs: FieldSet,
    ignoreChanges: readonly string[],
): KubeObject {
    // An empty set below means all of a value; at the top it means nothing.
    const fields = isWhole(theirs) ? undefined : theirs;
    return ignoreChanges
        .map(parsePath)
        .reduce<Optional>((body, path) => along(body, live, fields, path), object) as KubeObject;
}

/** `body` with the live value at `path`; undefined where nothing is left to say. */
function along(body: Optional, live: Optional, theirs: FieldSet | undefined, [step, ...rest]: Path): Optional {
    if (body === undefined || live === undefined) {
        return body;
    }
    if (step === undefined) {
        return asLive(body, live, theirs);
    }
    if (Array.isArray(body) && Array.isArray(live)) {
        return body.map((item, index) => {
            const peer = step === index || step === "*" ? peerOf(item, live, index, theirs) : undefined;
            return along(item, peer, itemFields(theirs, item), rest) ?? item;
        });
    }
    if (!isMap(body) || !isMap(live)) {
        return body;
    }
    const keys = step === "*" ? Object.keys(body) : [String(step)];
    return keys.reduce((map, key) => withKey(map, key, along(map[key], live[key], fieldsAt(theirs, key), rest)), body);
}

function withKey(map: KubeObject, key: string, value: Optional): KubeObject {
    return value === undefined ? without(map, key) : { ...map, [key]: value };
}

/** What `body` says, with its live values and without fields of others; undefined where nothing else is in it. */
function asLive(body: Plain, live: Optional, theirs: FieldSet | undefined): Optional {
    if (live === undefined || (theirs && isWhole(theirs))) {
        return undefined;
    }
    if (isMap(body) && isMap(live)) {
        const said = Object.keys(body).reduce(
            (map, key) => withKey(map, key, asLive(body[key] ?? null, live[key], fieldsAt(theirs, key))),
            body,
        );
        return Object.keys(said).length === 0 && Object.keys(body).length > 0 ? undefined : said;
    }
    if (Array.isArray(body) && Array.isArray(live) && Object.keys(theirs ?? {}).some((key) => key.startsWith("k:"))) {
        return body.flatMap((item, index) => {
            const entry = itemFields(theirs, item);
            return entry === undefined ? [peerOf(item, live, index, theirs) ?? item] : [];
        });
    }
    return live;
}

/** True where the field set has no entries below, so that the value belongs to its owner as a whole. */
function isWhole(fields: FieldSet): boolean {
    return Object.keys(fields).length === 0;
}

/** Everything below a value that belongs to others as a whole belongs to them, too. */
function fieldsAt(fields: FieldSet | undefined, key: string): FieldSet | undefined {
    return fields && isWhole(fields) ? fields : below(fields, key);
}

function itemFields(fields: FieldSet | undefined, item: Plain): FieldSet | undefined {
    if (!fields || isWhole(fields)) {
        return fields;
    }
    const entry = entryOf(fields, item);
    const found = entry === undefined ? undefined : fields[entry];
    return isMap(found) ? found : undefined;
}

/** The live item that an item of the inputs became: by name, where it has one. */
function peerOf(item: Plain, live: Plain[], index: number, fields: FieldSet | undefined): Optional {
    const entry = entryOf(fields, item);
    const keyed = entry === undefined ? undefined : live.find((other) => entryOf({ [entry]: {} }, other) === entry);
    const name = isMap(item) ? item["name"] : undefined;
    return keyed ?? (name === undefined ? live[index] : live.find((other) => isMap(other) && other["name"] === name));
}
