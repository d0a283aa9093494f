/** A provider of resources that exist only in the state, made from their declarations. */
import { isDeepStrictEqual } from "node:util";
import {
    type CheckFailure,
    type CheckRequest,
    type CheckResult,
    type CreateRequest,
    type DiffRequest,
    type DiffResult,
    NotSupported,
    type Provider,
    type ReadRequest,
    type ReadResult,
    type ResourceState,
    type UpdateRequest,
} from "../../plugin/provider";
import {
    type PlainMap,
    type PropertyMap,
    Secret,
    UNKNOWN,
    type Value,
    hasSecret,
    hasUnknown,
    reveal,
} from "../../plugin/values";
import { differences } from "./diff";
import { readInputs } from "./inputs";
import type { Output, StateOnlyResource } from "./schema";

export interface StateOnlyOptions {
    /** The npm package whose plugin this replaces, as in `@pulumi/random 4.21.2`. */
    readonly standsInFor: string;
    readonly version: string;
    /** Type token → resource, as in `random:index/randomId:RandomId`. */
    readonly resources: Readonly<Record<string, StateOnlyResource>>;
    readonly now?: () => Date;
}

export function stateOnlyProvider(options: StateOnlyOptions): Provider {
    const { now = () => new Date() } = options;

    function find(type: string): StateOnlyResource {
        const resource = Object.hasOwn(options.resources, type) ? options.resources[type] : undefined;
        if (!resource) {
            const known = Object.keys(options.resources).join(", ");
            throw new NotSupported(`${type} is not a resource of ${options.standsInFor}, which has ${known}`);
        }
        return resource;
    }

    return {
        version: options.version,

        check({ type, olds, news }: CheckRequest): CheckResult {
            const resource = find(type);
            const { values, failures } = readInputs(resource.inputs, news);
            // The values in the state were valid when they were made, and reading keys and certificates again would take long.
            const broken = isDeepStrictEqual(reveal(olds), reveal(news)) ? [] : validate(resource, values, news);
            return {
                // Defaults are not inputs: like the official plugins, they go into the outputs.
                inputs: markSecrets(resource.inputs, news),
                failures: [...failures, ...broken],
            };
        },

        diff({ type, olds, news, ignoreChanges }: DiffRequest): DiffResult {
            const resource = find(type);
            const stored = reveal(complete(resource, pick(olds, resource.inputs)));
            const wanted = reveal(plan(resource, news));
            const found = differences(resource.inputs, stored, wanted, ignoreChanges);
            return { detailedDiff: { ...found, ...renewal(resource, reveal(olds), wanted, now()) } };
        },

        async create({ type, properties, preview }: CreateRequest): Promise<ResourceState> {
            const resource = find(type);
            const planned = plan(resource, properties);
            if (preview) {
                const unknown = Object.fromEntries(Object.keys(resource.outputs).map((name) => [name, UNKNOWN]));
                return { id: "", properties: { ...finish(resource, unknown, planned), ...planned } };
            }
            const { id, outputs } = await resource.create(reveal(planned), now());
            return { id, properties: { ...planned, ...finish(resource, outputs, planned), ...meta(resource) } };
        },

        async read({ type, id, inputs, properties }: ReadRequest): Promise<ReadResult> {
            const resource = find(type);
            if (Object.keys(properties).length > 0) {
                return { id, inputs, properties: { ...properties, ...aged(resource, properties, now()) } };
            }
            if (!resource.import) {
                throw new NotSupported(`${type} cannot be imported: let the program create it`);
            }
            const imported = await resource.import(id);
            const state = markSecrets({ ...resource.inputs, ...resource.outputs }, imported.properties);
            return {
                id: imported.id,
                inputs: declared(resource, state),
                properties: { ...state, ...meta(resource) },
            };
        },

        update({ type, olds, news }: UpdateRequest): PropertyMap {
            const resource = find(type);
            const standing = Object.entries(resource.inputs).filter(([, { kept }]) => kept);
            // Only declared values are taken over: a `__pulumi_raw_state_delta` of the official plugin describes the former values, and where it is absent
            // that plugin computes it again.
            const state = pick(olds, { ...resource.outputs, ...Object.fromEntries(standing) });
            return { ...markSecrets(resource.outputs, state), ...plan(resource, news), ...meta(resource) };
        },

        delete(): void {
            // Nothing exists outside the state.
        },
    };
}

function validate(resource: StateOnlyResource, values: PropertyMap, news: PropertyMap): CheckFailure[] {
    const settled = Object.entries(complete(resource, values)).filter(([, value]) => !hasUnknown(value));
    const known = Object.fromEntries(settled);
    const unsettled = new Set(Object.keys(news).filter((name) => !Object.hasOwn(known, name)));
    return resource.validate?.(reveal(known), unsettled) ?? [];
}

/** The inputs as the state will hold them: of their declared types, with defaults and secret marks. */
function plan(resource: StateOnlyResource, news: PropertyMap): PropertyMap {
    return markSecrets(resource.inputs, complete(resource, readInputs(resource.inputs, news).values));
}

function complete(resource: StateOnlyResource, values: PropertyMap): PropertyMap {
    const filled: PropertyMap = { ...values };
    for (const [name, property] of Object.entries(resource.inputs)) {
        if (property.default !== undefined) {
            filled[name] ??= property.default;
        }
    }
    return { ...filled, ...resource.derive?.(filled) };
}

/**
 * Outputs with their secret marks. An input that the program itself marked may show in any output, so then all of
 * them are secret, as the engine does for plugins that know no secrets.
 */
function finish(resource: StateOnlyResource, outputs: PropertyMap, inputs: PropertyMap): PropertyMap {
    const tainted = Object.entries(inputs).some(
        ([name, value]) => name !== "keepers" && !resource.inputs[name]?.secret && hasSecret(value),
    );
    const open = tainted ? ["id"] : Object.keys(outputs).filter((name) => !resource.outputs[name]?.secret);
    return Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, open.includes(name) ? value : secret(value)]),
    );
}

function markSecrets(declarations: Readonly<Record<string, Output>>, values: PropertyMap): PropertyMap {
    return Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, declarations[name]?.secret ? secret(value) : value]),
    );
}

function secret(value: Value): Value {
    return value instanceof Secret || value === null ? value : new Secret(value);
}

/** Renewal is decided at each diff, as in upstream, so that an expired certificate is replaced even without a refresh. */
function renewal(
    { renewal }: StateOnlyResource,
    olds: PlainMap,
    wanted: PlainMap,
    now: Date,
): DiffResult["detailedDiff"] {
    if (!renewal) {
        return {};
    }
    const { output, due } = renewal;
    if (due({ ...olds, ...wanted }, now)) {
        return { [output]: { kind: "update-replace" } };
    }
    // It is no longer due, because the program asks for a later renewal now.
    return olds[output] !== undefined && olds[output] !== wanted[output] ? { [output]: { kind: "update" } } : {};
}

function aged({ renewal }: StateOnlyResource, state: PropertyMap, now: Date): PropertyMap {
    return renewal?.due(reveal(state), now) ? { [renewal.output]: true } : {};
}

/** What a program has to declare to get `state`: only what differs from the defaults. */
function declared(resource: StateOnlyResource, state: PropertyMap): PropertyMap {
    const implied = complete(resource, {});
    return Object.fromEntries(
        Object.entries(pick(state, resource.inputs)).filter(([name, value]) => value !== implied[name]),
    );
}

function pick(values: PropertyMap, names: Readonly<Record<string, unknown>>): PropertyMap {
    return Object.fromEntries(
        Object.entries(values).filter(([name, value]) => Object.hasOwn(names, name) && value !== null),
    );
}

/** Terraform's schema version, where the official plugins look for it. */
function meta({ schemaVersion }: StateOnlyResource): PlainMap {
    return schemaVersion === undefined ? {} : { __meta: JSON.stringify({ schema_version: String(schemaVersion) }) };
}
