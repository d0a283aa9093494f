/**
 * An API server that creates a Service makes its IPAddress first. Where it is killed in between, the next try is told that the address is
 * taken, until the API server's own repair finds, a minute later, that the Service never came
 * (https://github.com/kubernetes/kubernetes/blob/master/pkg/registry/core/service/ipallocator/controller/repairip.go).
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./errors";
import { type KubeObject, nameOf, namespaceOf, text } from "./objects";
import type { GroupVersionKind } from "./types";

export const IP_ADDRESS: GroupVersionKind = { group: "networking.k8s.io", version: "v1", kind: "IPAddress" };

const PATIENCE_MS = 120_000;
const POLL_MS = 2_000;

/**
 * Whether the address that kept `target` from being created was its own, and is free now.
 *
 * @param find an {@link IP_ADDRESS} by its name
 */
export async function waitedForOwnAddress(
    error: unknown,
    {
        object,
        preview,
        signal,
    }: { readonly object: KubeObject; readonly preview: boolean; readonly signal: AbortSignal },
    find: (address: string) => Promise<KubeObject>,
): Promise<boolean> {
    const taken =
        error instanceof ApiError && /failed to allocate IP (\S+): provided IP is already/.exec(error.message);
    if (!taken || preview) {
        return false;
    }
    const [, address = ""] = taken;
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline;) {
        try {
            const found = await find(address);
            const of = (field: string): string => text(found, "spec", "parentRef", field);
            if (
                of("resource") !== "services" ||
                of("namespace") !== namespaceOf(object) ||
                of("name") !== nameOf(object)
            ) {
                return false;
            }
        } catch (failure) {
            if (failure instanceof ApiError && failure.isObjectMissing(address)) {
                return true;
            }
            throw failure;
        }
        await sleep(POLL_MS, undefined, { signal });
    }
    return false;
}
