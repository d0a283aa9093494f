/** How much the pods of a namespace may use together. */
import { amount } from "../config/quantity";

export interface Member {
    /** Kubernetes quantities of one pod. */
    readonly cpu: string;
    readonly memory: string;
    /** Of its volume; absent where it has none. */
    readonly storage?: string;
}

/** Room for one more pod than planned: a rolling replacement, a restore beside the members. */
const HEADROOM = 1;

/** The hard limits of a ResourceQuota for `members` pods that request what they are limited to. */
export function quota({ cpu, memory, storage }: Member, members: number): Record<string, string> {
    const allowed = members + HEADROOM;
    return {
        "requests.cpu": times(cpu, allowed),
        "limits.cpu": times(cpu, allowed),
        "requests.memory": times(memory, allowed),
        "limits.memory": times(memory, allowed),
        ...(storage !== undefined && { "requests.storage": times(storage, allowed) }),
        pods: String(allowed),
        persistentvolumeclaims: String(storage === undefined ? 0 : allowed),
    };
}

/** `4Gi` × 3 = `12Gi`: the unit stays, as the API server would write it back. */
function times(quantity: string, factor: number): string {
    const unit = quantity.replace(/^[\d.]+/, "");
    const one = amount(`1${unit}`);
    return `${(amount(quantity) / one) * factor}${unit}`;
}
