/**
 * The address of a Service that an API server was about to create when it was killed: it makes the IPAddress first. The next
 * try is told that the address is taken, until the API server's own repair finds that its Service never came, a minute later
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
 * Whether what kept `target` from being created was its own address, and that is free now.
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
