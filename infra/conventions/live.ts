/** The parts that are read of live objects, and what follows from them for whoever asks: an alert, a status and `npm run ready` alike. Pure. */

export interface Named {
    readonly metadata: {
        readonly name: string;
        readonly namespace?: string;
        readonly labels?: Readonly<Record<string, string>>;
        readonly annotations?: Readonly<Record<string, string>>;
        readonly ownerReferences?: readonly { readonly kind: string }[];
    };
}

interface Condition {
    readonly type: string;
    readonly status: string;
}

export interface Conditioned {
    readonly conditions?: readonly Condition[];
}

export interface Machine extends Named {
    readonly spec?: { readonly unschedulable?: boolean };
    readonly status?: Conditioned;
}

/** A Deployment or a StatefulSet. */
export interface Workload extends Named {
    readonly kind: string;
    readonly spec: { readonly replicas?: number };
    readonly status?: { readonly readyReplicas?: number };
}

/** One of cert-manager's. Times are RFC 3339. */
export interface Certificate extends Named {
    readonly status?: Conditioned & { readonly notAfter?: string };
}

/** https://github.com/kubernetes/community/blob/main/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties */
export function isReady(status: Conditioned | undefined): boolean {
    return status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

/** Whether a machine reports to the API server, and pods may be placed on it. */
export function takesPods({ spec, status }: Machine): boolean {
    return spec?.unschedulable !== true && isReady(status);
}

/** How many pods a workload should have, 1 where it does not say, and how many of them are ready. */
export function podsOf({ spec, status }: Workload): Readonly<Record<"wanted" | "ready", number>> {
    return { wanted: spec.replicas ?? 1, ready: status?.readyReplicas ?? 0 };
}
