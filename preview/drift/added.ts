/**
 * Finds objects that no state has, so that no refresh finds them, and that open something by their existence: Kubernetes adds up what all objects
 * of their kind allow. https://kubernetes.io/docs/concepts/services-networking/network-policies/#two-sorts-of-pod-isolation,
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#api-overview
 */
import { PROJECT } from "../../infra/conventions/names";
import type { Connection } from "../../toolchain/providers/kubernetes/cluster";
import { messageOf } from "../../toolchain/providers/kubernetes/errors";
import { type KubeObject, idOf, namespaceOf } from "../../toolchain/providers/kubernetes/objects";
import { listObjects } from "../../toolchain/providers/kubernetes/operations";
import { importedInputs } from "../../toolchain/providers/kubernetes/state";
import { type GroupVersionKind, apiVersionOf } from "../../toolchain/providers/kubernetes/types";
import type { EngineEvent, Step } from "../state/events";

export const ADDITIVE: readonly GroupVersionKind[] = [
    { group: "networking.k8s.io", version: "v1", kind: "NetworkPolicy" },
    { group: "rbac.authorization.k8s.io", version: "v1", kind: "Role" },
    { group: "rbac.authorization.k8s.io", version: "v1", kind: "RoleBinding" },
];

/**
 * The objects as steps of the engine: one that is in a namespace of the stack's and not in its state is a creation, and a kind that cannot be
 * listed is an error.
 *
 * @param found what the refresh found of each resource in the state
 */
export async function addedObjects(
    stack: string,
    found: readonly Step[],
    connect: () => Promise<Connection>,
): Promise<EngineEvent[]> {
    const each = await Promise.all(
        ADDITIVE.map(async (gvk): Promise<EngineEvent[]> => {
            try {
                const live = await listObjects(await connect(), gvk);
                return undeclared(stack, gvk, live, found).map((metadata) => ({ resOutputsEvent: { metadata } }));
            } catch (error) {
                const message = `whether somebody has added a ${gvk.kind} cannot be seen: ${messageOf(error)}`;
                return [{ diagnosticEvent: { severity: "error", message } }];
            }
        }),
    );
    return each.flat();
}

/** Pure. */
export function undeclared(
    stack: string,
    gvk: GroupVersionKind,
    live: readonly KubeObject[],
    found: readonly Step[],
): Step[] {
    const namespaces = new Set(idsOf(found, "Namespace"));
    const known = new Set(idsOf(found, gvk.kind));
    const type = `kubernetes:${apiVersionOf(gvk)}:${gvk.kind}`;
    return live
        .filter((object) => namespaces.has(namespaceOf(object)) && !known.has(idOf(object)))
        .map((object) => {
            const id = idOf(object);
            const inputs = importedInputs({ apiVersion: apiVersionOf(gvk), kind: gvk.kind, ...object });
            const urn = `urn:pulumi:${stack}::${PROJECT}::${type}::${id}`;
            return { op: "create", urn, type, new: { type, custom: true, id, parent: "", inputs } };
        });
}

function idsOf(steps: readonly Step[], kind: string): string[] {
    return steps.flatMap(({ type, new: state }) => (state && type.endsWith(`:${kind}`) ? state.id : []));
}
