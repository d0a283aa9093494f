/** Follows the objects of a collection by a watch, and lists them again when the watch has fallen behind. */
import { setTimeout as sleep } from "node:timers/promises";
import { Connection } from "../cluster";
import { Query } from "../client";
import { ApiError, UnreachableError } from "../errors";
import { KubeObject, isMap, list, text } from "../objects";
import { pathOf } from "../types";
import { Related } from "./verdict";

export interface Start {
    readonly objects: readonly KubeObject[];
    readonly resourceVersion: string;
}

const PAUSE_MS = 500;
/** How long to wait for an API server that is being restarted. */
const OUTAGE_MS = 30_000;

/**
 * Calls `onChange` with all objects of the collection at each change, until `signal` is aborted.
 *
 * @param start what is known already, from which the watch goes on; undefined to list first
 */
export async function follow(
    { client, discovery }: Connection,
    { gvk, namespace, selector }: Related,
    start: Start | undefined,
    onChange: (objects: readonly KubeObject[]) => void,
    signal: AbortSignal,
): Promise<void> {
    const path = pathOf(await discovery.find(gvk), namespace);
    const objects = new Map((start?.objects ?? []).map((object) => [uid(object), object]));
    let version = start?.resourceVersion;
    let lastAnswer = Date.now();
    for (;;) {
        try {
            if (version === undefined) {
                const answer = await client.request({ method: "GET", path, query: selector, signal });
                version = text(answer, "metadata", "resourceVersion");
                objects.clear();
                list(answer, "items")
                    .filter(isMap)
                    .forEach((object) => objects.set(uid(object), object));
                onChange([...objects.values()]);
            }
            lastAnswer = Date.now();
            const query: Query = { ...selector, resourceVersion: version };
            for await (const { type, object } of client.watch(path, query, signal)) {
                if (type === "ERROR") {
                    throw new ApiError(Number(object["code"] ?? 410), object);
                }
                lastAnswer = Date.now();
                version = text(object, "metadata", "resourceVersion");
                if (type === "DELETED") {
                    objects.delete(uid(object));
                } else if (type !== "BOOKMARK") {
                    objects.set(uid(object), object);
                }
                onChange([...objects.values()]);
            }
        } catch (error) {
            if (signal.aborted) {
                return;
            }
            if (error instanceof ApiError ? !isPassing(error) : Date.now() - lastAnswer > OUTAGE_MS) {
                throw error;
            }
            if (error instanceof UnreachableError || (error instanceof ApiError && !error.isExpired())) {
                await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
            }
            version = undefined;
        }
    }
}

/** The collection as it is now. */
export async function listAll(
    { gvk, namespace, selector }: Related,
    { client, discovery }: Connection,
): Promise<KubeObject[]> {
    const path = pathOf(await discovery.find(gvk), namespace);
    return list(await client.request({ method: "GET", path, query: selector }), "items").filter(isMap);
}

function isPassing(error: ApiError): boolean {
    return error.isExpired() || error.code === 429 || error.code >= 500;
}

function uid(object: KubeObject): string {
    return text(object, "metadata", "uid");
}
