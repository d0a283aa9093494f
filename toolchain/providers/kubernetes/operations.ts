/** The requests that create, change and delete an object. */
import { setTimeout as sleep } from "node:timers/promises";
import { PlainMap } from "../../plugin/values";
import { Query, Request } from "./client";
import { Connection } from "./cluster";
import { ApiError, UnknownKindError } from "./errors";
import { withoutIgnored } from "./ignored";
import { fieldsOfOthers, isOwnName, needsTakeOver, takeOver } from "./managed-fields";
import { updatePatch } from "./merge-patch";
import { KubeObject, annotation, at, isMap, list, map, nameOf, namespaceOf, text } from "./objects";
import { IP_ADDRESS, waitedForOwnAddress } from "./orphaned-address";
import { GroupVersionKind, Mapping, isBuiltInGroup, pathOf } from "./types";

const APPLY = "application/apply-patch+yaml";
const RETRIES = 5;
const FIRST_DELAY_MS = 500;
/** 404: no such namespace or kind yet. 405: a CRD of that name is still being deleted. */
const PENDING = new Set([404, 405]);

export interface Target {
    readonly connection: Connection;
    readonly gvk: GroupVersionKind;
    readonly object: KubeObject;
    readonly fieldManager: string;
    /** The field manager in state, if it is another one. */
    readonly formerManager?: string;
    /** Takes fields from other managers without asking. */
    readonly force: boolean;
    readonly preview: boolean;
    /** Ends pauses between attempts. A request under way runs to its end, so that its outcome is known. */
    readonly signal: AbortSignal;
}

/** Runs `fn` with the place where the kind is served; where that turns out to be wrong, it asks the API server for the kind again. */
async function served<T>(
    { discovery }: Connection,
    gvk: GroupVersionKind,
    fn: (mapping: Mapping) => Promise<T>,
): Promise<T> {
    const mapping = await discovery.find(gvk);
    try {
        return await fn(mapping);
    } catch (error) {
        if (!(error instanceof ApiError) || !error.isRouteMissing()) {
            throw error;
        }
        const fresh = await discovery.findAnew(gvk);
        if (fresh.root === mapping.root && fresh.plural === mapping.plural) {
            throw error;
        }
        return fn(fresh);
    }
}

/** Sends a request about `target`'s object, or with `collection` about its collection. */
async function send(
    target: Target,
    method: Request["method"],
    request: Partial<Request> = {},
    collection = false,
): Promise<KubeObject> {
    const { connection, gvk, object, preview } = target;
    const query: Query = { ...request.query, dryRun: preview ? "All" : undefined };
    return served(connection, gvk, (mapping) =>
        connection.client.request({
            ...request,
            method,
            path: pathOf(mapping, namespaceOf(object), collection ? undefined : nameOf(object)),
            query,
        }),
    );
}

/** The live object. Throws {@link ApiError} or {@link UnknownKindError} where there is none. */
export function getObject(
    connection: Connection,
    gvk: GroupVersionKind,
    namespace: string,
    name: string,
): Promise<KubeObject> {
    return served(connection, gvk, (mapping) =>
        connection.client.request({ method: "GET", path: pathOf(mapping, namespace, name) }),
    );
}

/** All objects of a kind in every namespace. Objects in a list lack `apiVersion` and `kind`. */
export async function listObjects(connection: Connection, gvk: GroupVersionKind): Promise<KubeObject[]> {
    const found = await served(connection, gvk, (mapping) =>
        connection.client.request({ method: "GET", path: pathOf(mapping, "") }),
    );
    return list(found, "items").filter(isMap);
}

function get({ connection, gvk, object }: Target): Promise<KubeObject> {
    return getObject(connection, gvk, namespaceOf(object), nameOf(object));
}

/** Creates the object, or with `upsert` applies it to one that may exist. Retries while its kind or namespace is being made. */
export async function create(target: Target, upsert: boolean): Promise<KubeObject> {
    for (let attempt = 0; ; attempt++) {
        try {
            return await (upsert ? upsertOnce(target) : post(target));
        } catch (error) {
            const coming = error instanceof UnknownKindError || (error instanceof ApiError && PENDING.has(error.code));
            const address = (name: string): Promise<KubeObject> => getObject(target.connection, IP_ADDRESS, "", name);
            if (attempt < RETRIES && (await waitedForOwnAddress(error, target, address))) {
                continue;
            }
            if (!coming || attempt >= RETRIES || target.preview) {
                throw error;
            }
            await sleep(FIRST_DELAY_MS * 2 ** attempt, undefined, { signal: target.signal });
        }
    }
}

function post(target: Target): Promise<KubeObject> {
    return send(
        target,
        "POST",
        {
            body: target.object,
            // The official plugin creates under this name, and takes the fields over before its first update.
            query: {
                fieldManager: "pulumi-kubernetes",
                fieldValidation: isBuiltInGroup(target.gvk.group) ? "Strict" : "Warn",
            },
        },
        true,
    );
}

/**
 * Server-side apply of an object that may exist already: an earlier run may have been killed before it could save its state. What that run made
 * belongs to this resource, for any recorded operation, and never conflicts with it.
 */
async function upsertOnce(target: Target): Promise<KubeObject> {
    try {
        return await apply(target, target.force);
    } catch (error) {
        const managers = error instanceof ApiError ? error.conflictingManagers() : [];
        if (managers.length > 0 && managers.every((manager) => isOwnName(manager, target.fieldManager))) {
            return apply(target, true);
        }
        throw error;
    }
}

function apply(target: Target, force: boolean, body = target.object): Promise<KubeObject> {
    const query = { fieldManager: target.fieldManager, force: String(force) };
    return send(target, "PATCH", { body, contentType: APPLY, query });
}

/**
 * Changes the object to `target.object` by server-side apply. Changes made by hand are taken over first, so that they are undone; a field of
 * any other manager is a conflict. A preview cannot take anything over, so it forces the change instead.
 */
export async function applyUpdate(
    target: Target,
    ignoreChanges: readonly string[],
    patch: boolean,
): Promise<KubeObject> {
    const live = await getIfThere(target);
    if (!live) {
        return apply(target, target.force);
    }
    const managed = at(live, "metadata", "managedFields") !== undefined;
    const force = target.force || !managed;
    const managers = { now: target.fieldManager, before: target.formerManager };
    const body = withoutIgnored(target.object, live, fieldsOfOthers(live, managers), ignoreChanges);
    if (patch) {
        return apply(target, force, body);
    }
    if (target.preview) {
        return apply(target, force || needsTakeOver(live, managers), body);
    }
    const managedFields = takeOver(live, body, managers);
    if (managedFields) {
        await send(target, "PATCH", {
            contentType: "application/json-patch+json",
            body: [
                { op: "test", path: "/metadata/resourceVersion", value: text(live, "metadata", "resourceVersion") },
                { op: "replace", path: "/metadata/managedFields", value: managedFields },
            ],
        });
    }
    return apply(target, force, body);
}

async function getIfThere(target: Target): Promise<KubeObject | undefined> {
    try {
        return await get(target);
    } catch (error) {
        if (error instanceof ApiError && error.isObjectMissing(nameOf(target.object))) {
            return undefined;
        }
        throw error;
    }
}

/** Replaces a CRD as a whole, as `kubectl replace` does: the merge rules of apply do not fit schemas. */
export async function replace(target: Target): Promise<KubeObject> {
    for (let attempt = 0; ; attempt++) {
        const live = await get(target);
        const metadata = {
            ...map(target.object, "metadata"),
            resourceVersion: text(live, "metadata", "resourceVersion"),
        };
        try {
            const query = { fieldManager: target.fieldManager };
            return await send(target, "PUT", { body: { ...target.object, metadata }, query });
        } catch (error) {
            // The CRD's controller writes to it as well, right after its creation.
            if (!(error instanceof ApiError) || !error.isConflict() || attempt >= RETRIES) {
                throw error;
            }
        }
    }
}

/** Updates without server-side apply. The patch has what the live object lacks of the new inputs, and removes what only the old ones had. */
export async function patchUpdate(
    target: Target,
    oldInputs: PlainMap,
    ignoreChanges: readonly string[],
): Promise<KubeObject> {
    const live = await get(target);
    // A custom kind has no merge keys: its lists change as a whole.
    const strategic = isBuiltInGroup(target.gvk.group);
    const news = withoutIgnored(target.object, live, {}, ignoreChanges);
    return send(target, "PATCH", {
        contentType: strategic ? "application/strategic-merge-patch+json" : "application/merge-patch+json",
        body: updatePatch(oldInputs, live, news, strategic),
        query: { fieldManager: target.fieldManager },
    });
}

/** Gives up every field that `fieldManager` owns. */
export function relinquish(target: Target): Promise<KubeObject> {
    const { object } = target;
    const metadata = { name: nameOf(object), ...(namespaceOf(object) && { namespace: namespaceOf(object) }) };
    return apply(target, false, { apiVersion: text(object, "apiVersion"), kind: text(object, "kind"), metadata });
}

const PROPAGATION: Readonly<Record<string, string>> = { orphan: "Orphan", background: "Background" };

/** Asks for the deletion. Returns the object at that moment; undefined if it is gone at once, or was gone before. */
export async function remove(target: Target): Promise<KubeObject | undefined> {
    const policy = annotation(target.object, "pulumi.com/deletionPropagationPolicy").toLowerCase();
    try {
        const answer = await send(target, "DELETE", {
            body: { kind: "DeleteOptions", apiVersion: "v1", propagationPolicy: PROPAGATION[policy] ?? "Foreground" },
        });
        return text(answer, "kind") === "Status" ? undefined : answer;
    } catch (error) {
        if (error instanceof UnknownKindError) {
            return undefined;
        }
        if (error instanceof ApiError && error.isObjectMissing(nameOf(target.object))) {
            return undefined;
        }
        throw error;
    }
}
