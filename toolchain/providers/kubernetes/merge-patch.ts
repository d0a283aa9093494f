/**
 * Patches for an update without server-side apply: what differs between the live object and the new inputs, and what the old inputs had and the
 * new ones lack. What others have added to the object is in neither, and stays.
 * https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
 */
import type { Plain, PlainMap } from "../../plugin/values";
import { same } from "./equality";
import { type Path, isMap } from "./objects";

/**
 * The field by which a strategic merge tells the items of a list apart; every other list changes as a whole.
 * `patchMergeKey` in https://github.com/kubernetes/api
 */
const MERGE_KEYS: Readonly<Record<string, string>> = {
    conditions: "type",
    containers: "name",
    env: "name",
    ephemeralContainers: "name",
    hostAliases: "ip",
    imagePullSecrets: "name",
    initContainers: "name",
    ownerReferences: "uid",
    resourceClaims: "name",
    topologySpreadConstraints: "topologyKey",
    validations: "expression",
    volumeDevices: "devicePath",
    volumeMounts: "mountPath",
    volumes: "name",
    webhooks: "name",
};

function mergeKey(path: Path): string | undefined {
    const [parent, field] = path.slice(-2);
    if (field === "ports") {
        // A container and a Service have this key; an EndpointSlice and a NetworkPolicy have none.
        return path.length === 2 && parent === "spec"
            ? "port"
            : path.includes("template") || path.includes("containers")
              ? "containerPort"
              : undefined;
    }
    if (field === "secrets") {
        return path.length === 1 ? "name" : undefined;
    }
    return typeof field === "string" && Object.hasOwn(MERGE_KEYS, field) ? MERGE_KEYS[field] : undefined;
}

/** @param strategic makes a strategic merge patch, which only Kubernetes' own kinds support; otherwise a JSON merge patch (RFC 7386) */
export function updatePatch(before: PlainMap, live: PlainMap, after: PlainMap, strategic: boolean): PlainMap {
    return patchMap([], before, live, after, strategic);
}

function patchMap(path: Path, before: PlainMap, live: PlainMap, after: PlainMap, strategic: boolean): PlainMap {
    const patch: PlainMap = {};
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const below = [...path, key];
        const [old, now, next] = [before[key], live[key], after[key]];
        if (next === undefined || next === null) {
            if (old !== undefined && old !== null && now !== undefined) {
                patch[key] = null;
            }
        } else if (isMap(next) && isMap(now)) {
            const nested = patchMap(below, isMap(old) ? old : {}, now, next, strategic);
            if (Object.keys(nested).length > 0) {
                patch[key] = nested;
            }
        } else if (!same(below, now, next)) {
            const items = strategic && Array.isArray(next) && Array.isArray(now);
            const list = items ? patchList(below, Array.isArray(old) ? old : [], now, next) : undefined;
            if (list?.length !== 0) {
                patch[key] = list ?? next;
            }
        }
    }
    return patch;
}

/** The items that change; undefined where the list has to change as a whole. */
function patchList(path: Path, before: Plain[], live: Plain[], after: Plain[]): Plain[] | undefined {
    const key = mergeKey(path);
    if (key === undefined) {
        return undefined;
    }
    const [old, now, next] = [byKey(before, key), byKey(live, key), byKey(after, key)];
    if (!next || !now) {
        // Two items with the same key, such as a port in TCP and in UDP, cannot be told apart.
        return [...after, { $patch: "replace" }];
    }
    const changed = [...next].flatMap(([id, item]): Plain[] => {
        const there = now.get(id);
        if (!there) {
            return [item];
        }
        const patch = patchMap([...path, 0], old?.get(id) ?? {}, there, item, true);
        return Object.keys(patch).length > 0 ? [{ ...patch, [key]: item[key] ?? null }] : [];
    });
    const removed = [...(old ?? [])].filter(([id]) => now.has(id) && !next.has(id));
    return [...changed, ...removed.map(([, item]): Plain => ({ $patch: "delete", [key]: item[key] ?? null }))];
}

/** Undefined if an item has no key, or two have the same. */
function byKey(items: Plain[], key: string): Map<Plain, PlainMap> | undefined {
    const maps = items.filter(isMap).filter((item) => item[key] !== undefined);
    const found = new Map(maps.map((item) => [item[key] ?? null, item]));
    return found.size === items.length ? found : undefined;
}
