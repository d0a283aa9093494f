/**
 * The state of a resource: the live object, and in addition what the official plugin keeps there, so that either plugin can continue from the
 * other's state.
 */
import { createHash } from "node:crypto";
import { Plain, PlainMap, PropertyMap, reveal } from "../../plugin/values";
import { same } from "./equality";
import { KubeObject, LAST_APPLIED, annotation, isMap, map, text, without } from "./objects";
import { markSecrets } from "./secrets";

const INPUTS = "__inputs";
const INITIAL_API_VERSION = "__initialApiVersion";
const FIELD_MANAGER = "__fieldManager";

export interface State {
    readonly inputs: PlainMap;
    readonly live: KubeObject;
    readonly initialApiVersion: string;
    /** Empty where the state names none. */
    readonly fieldManager: string;
}

export function parseState(properties: PropertyMap): State {
    const plain = toApi(reveal(properties));
    return {
        inputs: map(plain, INPUTS),
        live: without(plain, INPUTS, INITIAL_API_VERSION, FIELD_MANAGER),
        initialApiVersion: text(plain, INITIAL_API_VERSION),
        fieldManager: text(plain, FIELD_MANAGER),
    };
}

/**
 * True if `oldInputs` come from an import rather than from a program: in that case the state names no field manager, and has the same inputs
 * in it.
 */
export function isImported(state: State, oldInputs: PlainMap): boolean {
    return state.fieldManager === "" && Object.keys(state.inputs).length > 0 && same([], oldInputs, state.inputs);
}

/** @param models the source of `inputs`, with its secret marks, and the former state, for what was secret in it */
export function toState(state: State, ...models: readonly PropertyMap[]): PropertyMap {
    return {
        ...markSecrets(fromApi(clean(state.live)), ...models),
        [INPUTS]: markSecrets(fromApi(state.inputs), ...models),
        [INITIAL_API_VERSION]: state.initialApiVersion,
        [FIELD_MANAGER]: state.fieldManager,
    };
}

/**
 * The live object without what only the API server needs, and without kubectl's annotation, which repeats the whole object, a
 * Secret's data included (pulumi-kubernetes #734, #1118).
 */
export function clean(live: KubeObject): KubeObject {
    const metadata = without(map(live, "metadata"), "managedFields");
    if (annotation(live, LAST_APPLIED)) {
        metadata["annotations"] = without(map(metadata, "annotations"), LAST_APPLIED);
    }
    return { ...live, metadata };
}

/** Fields of `metadata` that the API server writes and a program cannot. */
export const READ_ONLY_METADATA = [
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
];

/** The inputs of an imported object: all of it except what the API server and the controllers write. */
export function importedInputs(live: KubeObject): PlainMap {
    const { metadata, ...rest } = without(clean(live), "status");
    const own = without(map(metadata), ...READ_ONLY_METADATA);
    if (isMap(own["annotations"])) {
        own["annotations"] = without(own["annotations"], "deployment.kubernetes.io/revision");
    }
    return { ...rest, metadata: own };
}

/** The name under which a resource's fields are owned: the user's, otherwise the one in state, otherwise one of its own. */
export function fieldManagerOf(urn: string, inputs: PlainMap, inState: string, serverSideApply: boolean): string {
    if (!serverSideApply) {
        return "pulumi-kubernetes";
    }
    // The name comes from the URN, not from chance: where a run was killed before it could save the state, the next one owns what that run made.
    const own = createHash("sha256").update(urn).digest("hex").slice(0, 8);
    return annotation(inputs, "pulumi.com/patchFieldManager") || inState || `pulumi-kubernetes-${own}`;
}

const DASHED = [
    "embedded-resource",
    "int-or-string",
    "list-map-keys",
    "list-type",
    "map-type",
    "preserve-unknown-fields",
    "validations",
].map((name) => `x-kubernetes-${name}`);
const TO_API = new Map(DASHED.map((key) => [key.replaceAll("-", "_"), key]));
const FROM_API = new Map(DASHED.map((key) => [key, key.replaceAll("-", "_")]));

/** The SDK spells OpenAPI extensions in CRDs with underscores, because a property's name cannot have dashes. */
export function toApi(value: PlainMap): PlainMap {
    return renameKeys(value, TO_API) as PlainMap;
}

export function fromApi(value: PlainMap): PlainMap {
    return renameKeys(value, FROM_API) as PlainMap;
}

function renameKeys(value: Plain, names: ReadonlyMap<string, string>): Plain {
    if (Array.isArray(value)) {
        return value.map((item) => renameKeys(item, names));
    }
    return isMap(value)
        ? Object.fromEntries(
              Object.entries(value).map(([key, item]) => [names.get(key) ?? key, renameKeys(item, names)]),
          )
        : value;
}
