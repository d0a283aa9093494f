/** Finds which values of an object are secret, in a state and on their way there. */
import { isDeepStrictEqual } from "node:util";
import { Plain, PlainMap, PropertyMap, Secret, Value, hasSecret, reveal } from "../../plugin/values";
import { LAST_APPLIED, Path, isMap } from "./objects";

/** Shorter texts occur by chance in too many other values. */
const SHORTEST = 8;

/**
 * `plain` with secret wrappers where one of `models` has them, around all of a Secret's data, and around what repeats one of the models' secrets
 * elsewhere. A changed list is wrapped as a whole if anything in it was secret, because the API server may reorder it.
 */
export function markSecrets(plain: PlainMap, ...models: readonly PropertyMap[]): PropertyMap {
    const marked = models.reduce<PropertyMap>((value, model) => markMap(value, model), plain);
    return hide(ofSecretKind(marked), new Set(models.flatMap((model) => [...textsOf(ofSecretKind(model))])));
}

/** Marks inputs item by item, as their program has marked them: lists are still in the program's own order. */
export function markInputs(plain: PlainMap, model: PropertyMap): PropertyMap {
    const marked = ofSecretKind(markEach(plain, model) as PropertyMap);
    return hide(marked, new Set(textsOf(marked)));
}

function markMap(value: PropertyMap, model: PropertyMap): PropertyMap {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mark(item, model[key])]));
}

function mark(value: Value, model: Value | undefined): Value {
    if (model === undefined || value instanceof Secret || !hasSecret(model)) {
        return value;
    }
    if (isObject(value) && isObject(model)) {
        return markMap(value, model);
    }
    const plain = reveal(value);
    return isDeepStrictEqual(plain, reveal(model)) ? model : new Secret(plain);
}

function markEach(plain: Value, model: Value | undefined): Value {
    if (Array.isArray(plain) && Array.isArray(model) && plain.length === model.length) {
        return plain.map((item, index) => markEach(item, model[index]));
    }
    if (isObject(plain) && isObject(model)) {
        return Object.fromEntries(Object.entries(plain).map(([key, item]) => [key, markEach(item, model[key])]));
    }
    return mark(plain, model);
}

/** A Secret's data is secret, and so is kubectl's annotation that repeats it. */
function ofSecretKind(object: PropertyMap): PropertyMap {
    if (reveal(object["kind"] ?? null) !== "Secret") {
        return object;
    }
    const marked = { ...object };
    for (const key of ["data", "stringData"].filter((name) => object[name] !== undefined)) {
        marked[key] = wrap(object[key] ?? null);
    }
    const { metadata } = object;
    const annotations = isObject(metadata) ? metadata["annotations"] : undefined;
    if (isObject(metadata) && isObject(annotations) && annotations[LAST_APPLIED] !== undefined) {
        marked["metadata"] = {
            ...metadata,
            annotations: { ...annotations, [LAST_APPLIED]: wrap(annotations[LAST_APPLIED]) },
        };
    }
    return marked;
}

function wrap(value: Value): Value {
    return value === null || value instanceof Secret ? value : new Secret(value);
}

/** The secret texts in `value`, and their form as a Secret's data. */
function* textsOf(value: Value): Generator<string> {
    if (value instanceof Secret) {
        for (const text of leavesOf(reveal(value.value))) {
            yield* [text, Buffer.from(text).toString("base64")];
            const decoded = Buffer.from(text, "base64").toString();
            if (Buffer.from(decoded).toString("base64") === text) {
                yield decoded;
            }
        }
    } else if (value !== null && typeof value === "object") {
        for (const item of Object.values(value)) {
            yield* textsOf(item);
        }
    }
}

/** Where a list is wrapped as a whole, nobody knows which fields of its items are secret, so those are not looked for elsewhere. */
function* leavesOf(value: Plain): Generator<string> {
    if (typeof value === "string") {
        yield value;
    } else if (isMap(value)) {
        for (const item of Object.values(value)) {
            yield* leavesOf(item);
        }
    } else if (Array.isArray(value)) {
        yield* value.filter((item) => typeof item === "string");
    }
}

/**
 * Hides secret texts in an object. In its metadata only annotations are searched: a user's name may occur in labels and in the object's
 * own name, which is in the resource's id anyway.
 */
function hide(object: PropertyMap, texts: ReadonlySet<string>): PropertyMap {
    const sought = [...texts].filter((text) => text.trim().length >= SHORTEST).flatMap(spellings);
    if (sought.length === 0) {
        return object;
    }
    const { apiVersion, kind, metadata, ...rest } = object;
    const annotations = isObject(metadata) ? metadata["annotations"] : undefined;
    return {
        ...(hideTexts(rest, sought) as PropertyMap),
        ...(apiVersion !== undefined && { apiVersion }),
        ...(kind !== undefined && { kind }),
        ...(metadata !== undefined && {
            metadata:
                isObject(metadata) && annotations !== undefined
                    ? { ...metadata, annotations: hideTexts(annotations, sought) }
                    : metadata,
        }),
    };
}

/**
 * The forms in which a text may occur inside another one: itself, in JSON, and in JSON as Go writes it, where `<`, `>` and `&` are escaped.
 * https://pkg.go.dev/encoding/json#Marshal
 */
export function spellings(text: string): string[] {
    const quoted = JSON.stringify(text).slice(1, -1);
    const escape = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return [...new Set([text, quoted, quoted.replaceAll(/[<>&\u2028\u2029]/g, escape)])];
}

function hideTexts(value: Value, texts: readonly string[]): Value {
    if (typeof value === "string") {
        return texts.some((text) => value.includes(text)) ? new Secret(value) : value;
    }
    if (Array.isArray(value)) {
        return value.map((item) => hideTexts(item, texts));
    }
    return isObject(value)
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideTexts(item, texts)]))
        : value;
}

/** The paths of values that are secret in new inputs and in the clear in the state: an update hides them there. */
export function* exposed(news: Value, state: Value | undefined, path: Path = []): Generator<Path> {
    if (state === undefined || state === null || state instanceof Secret || !hasSecret(news)) {
        return;
    }
    if (isObject(news) && isObject(state)) {
        for (const [key, value] of Object.entries(news)) {
            yield* exposed(value, state[key], [...path, key]);
        }
    } else if (Array.isArray(news) && Array.isArray(state) && news.length === state.length) {
        // The path names the whole list, because its items may have another order in the state.
        const shown = news.some((value, index) => !exposed(value, state[index]).next().done);
        yield* shown ? [path] : [];
    } else {
        yield path;
    }
}

function isObject(value: Value | undefined): value is PropertyMap {
    return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Secret);
}
