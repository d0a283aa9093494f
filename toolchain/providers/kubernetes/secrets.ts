/** Which values of an object are secret: at rest, in a state, and on their way there. */
import { Plain, PlainMap, PropertyMap, Secret, Value, hasSecret, reveal } from "../../plugin/values";
import { LAST_APPLIED, Path, isMap } from "./objects";

/** A shorter text is found in too much that has nothing to do with it. */
const SHORTEST = 8;

/**
 * `plain` with secret wrappers where one of `models` has them, around all of a Secret's data, and around what repeats one of the
 * models' secrets in its annotations or status. A list is wrapped whole if anything in it is secret: the API server may
 * order it anew.
 */
export function markSecrets(plain: PlainMap, ...models: readonly PropertyMap[]): PropertyMap {
    const marked = models.reduce<PropertyMap>((value, model) => markMap(value, model), plain);
    return hide(ofSecretKind(marked), new Set(models.flatMap((model) => [...textsOf(ofSecretKind(model))])));
}

/** Inputs as their program has marked them, item by item: they are in its own order still. */
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
    return isObject(value) && isObject(model) ? markMap(value, model) : new Secret(reveal(value));
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
    if (object["kind"] !== "Secret") {
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

/** The texts that are secret in `value`, and how they look as a Secret's data. */
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

/** Of a list that is wrapped whole it is not known what in its items is secret: none of it is looked for elsewhere. */
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

/** Names and labels stay as they are: a user's name may stand in both, and is in the resource's id anyway. */
function hide(object: PropertyMap, texts: ReadonlySet<string>): PropertyMap {
    const sought = [...texts].filter((text) => text.trim().length >= SHORTEST);
    if (sought.length === 0) {
        return object;
    }
    const within = (value: PropertyMap, key: string): PropertyMap =>
        value[key] === undefined
            ? value
            : { ...value, [key]: hideTexts(value[key], [...sought, ...sought.map(quoted)]) };
    const { metadata } = object;
    return within(isObject(metadata) ? { ...object, metadata: within(metadata, "annotations") } : object, "status");
}

/** As it stands inside another JSON text. */
function quoted(text: string): string {
    return JSON.stringify(text).slice(1, -1);
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

/** Where something is secret in new inputs that stands in plain in the state: an update hides it there. */
export function* exposed(news: Value, state: Value | undefined, path: Path = []): Generator<Path> {
    if (state === undefined || state === null || state instanceof Secret || !hasSecret(news)) {
        return;
    }
    if (isObject(news) && isObject(state)) {
        for (const [key, value] of Object.entries(news)) {
            yield* exposed(value, state[key], [...path, key]);
        }
    } else {
        yield path;
    }
}

function isObject(value: Value | undefined): value is PropertyMap {
    return value !== null && typeof value === "object" && !Array.isArray(value) && !(value instanceof Secret);
}
