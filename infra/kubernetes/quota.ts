/** How much the pods of a namespace may use together. */
import { amount } from "../conventions/quantity";

/** Pods that are alike. */
export interface Pods {
    readonly count: number;
    /** Kubernetes quantities of each container of one pod. */
    readonly containers: readonly { readonly cpu: string; readonly memory: string }[];
    /** Size of its volume; absent where it has none. */
    readonly storage?: string;
}

/** The hard limits of a ResourceQuota for pods whose requests are equal to their limits. */
export function quota(...pods: readonly Pods[]): Record<string, string> {
    const sum = (one: (pod: Pods) => number): number => pods.reduce((total, pod) => total + pod.count * one(pod), 0);
    const each = (quantity: "cpu" | "memory") => (pod: Pods) =>
        pod.containers.reduce((total, container) => total + amount(container[quantity]), 0);
    const cpu = cores(sum(each("cpu")));
    const memory = bytes(sum(each("memory")));
    const volumes = sum(({ storage }) => (storage === undefined ? 0 : 1));
    return {
        "requests.cpu": cpu,
        "limits.cpu": cpu,
        "requests.memory": memory,
        "limits.memory": memory,
        ...(volumes > 0 && {
            "requests.storage": bytes(sum(({ storage }) => (storage === undefined ? 0 : amount(storage)))),
        }),
        pods: String(sum(() => 1)),
        persistentvolumeclaims: String(volumes),
    };
}

/** In the form in which the API server would write it back: the largest unit that leaves it whole. */
function cores(amount: number): string {
    const milli = Math.round(amount * 1000);
    return milli % 1000 === 0 ? String(milli / 1000) : `${milli}m`;
}

function bytes(amount: number): string {
    const units = ["", "Ki", "Mi", "Gi"];
    const unit = units.findLastIndex((_, power) => amount % 1024 ** power === 0);
    return `${amount / 1024 ** unit}${units[unit] ?? ""}`;
}
