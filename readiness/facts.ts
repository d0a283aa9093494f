/** What is asked of a site's API server to judge whether the site could take over: everything in one round, nothing written. */
import type * as live from "../infra/conventions/live";
import type { Certificate, Conditioned, Named, Workload } from "../infra/conventions/live";
import { COMMON_LABELS, LABEL, labelSelector } from "../infra/conventions/names";
import { LEASE } from "../infra/conventions/lease";
import { REPOSITORIES_SECRET } from "../infra/registries/plan-database";
import type { BackupJob, ScheduledJob } from "../infra/registries/backups/overdue";
import type { Client, Query } from "../toolchain/providers/kubernetes/client";
import { ApiError } from "../toolchain/providers/kubernetes/errors";

/** Quantities and times are as Kubernetes writes them. */
export interface Machine extends live.Machine {
    readonly status: Conditioned & { readonly allocatable?: Readonly<Record<string, string>> };
}
/** A machine's heartbeat, by the machine's own clock. */
export interface Heartbeat extends Named {
    readonly spec: { readonly renewTime?: string };
}
export interface Pod extends Named {
    readonly spec: {
        readonly nodeName?: string;
        readonly volumes?: readonly { readonly persistentVolumeClaim?: object }[];
        readonly containers: readonly {
            readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
        }[];
    };
    readonly status: {
        readonly phase?: string;
        readonly containerStatuses?: readonly {
            readonly state?: { readonly waiting?: { readonly reason?: string } };
        }[];
    };
}

export interface Facts {
    readonly machines: readonly Machine[];
    readonly heartbeats: readonly Heartbeat[];
    readonly pods: readonly Pod[];
    readonly workloads: readonly Workload[];
    readonly schedules: readonly ScheduledJob[];
    readonly jobs: readonly BackupJob[];
    readonly certificates: readonly Certificate[];
    /** Registry → the ConfigMap in which its members keep what they know of the right to write. */
    readonly leases: ReadonlyMap<string, Named>;
    /** Registries whose keys to their stores are there. */
    readonly keys: ReadonlySet<string>;
    /** Names of the admission policies that are bound. */
    readonly admission: ReadonlySet<string>;
}

/** Only metadata, so that no Secret's content leaves the API server: https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches */
const METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** @throws ApiError where the API server refuses, UnreachableError where it does not answer */
export async function factsOf(api: Client): Promise<Facts> {
    const list = async <T>(path: string, query: Query = {}, accept?: string): Promise<T[]> => {
        const request = { method: "GET", path: `/${path}`, query, ...(accept !== undefined && { accept }) } as const;
        const { items } = await api.request(request).catch((error: unknown) => {
            // A kind that is not installed has no objects.
            if (error instanceof ApiError && error.code === 404) {
                return { items: [] };
            }
            throw error;
        });
        return items as T[];
    };
    const ours = { labelSelector: labelSelector(COMMON_LABELS) };
    const kinds = async (kind: string, path: string): Promise<Workload[]> =>
        (await list<Omit<Workload, "kind">>(path, ours)).map((item) => ({ ...item, kind }));
    const [machines, heartbeats, pods, deployments, sets, schedules, jobs, certificates, leases, secrets, bindings] =
        await Promise.all([
            list<Machine>("api/v1/nodes"),
            list<Heartbeat>("apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"),
            list<Pod>("api/v1/pods"),
            kinds("Deployment", "apis/apps/v1/deployments"),
            kinds("StatefulSet", "apis/apps/v1/statefulsets"),
            list<ScheduledJob>("apis/batch/v1/cronjobs", ours),
            list<BackupJob>("apis/batch/v1/jobs", ours),
            list<Certificate>("apis/cert-manager.io/v1/certificates", ours),
            list<Named>("api/v1/configmaps", { ...ours, fieldSelector: `metadata.name=${LEASE}` }),
            list<Named>("api/v1/secrets", { ...ours, fieldSelector: `metadata.name=${REPOSITORIES_SECRET}` }, METADATA),
            list<Named>("apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", ours),
        ]);
    const registryOf = ({ metadata }: Named): string => metadata.labels?.[LABEL.registry] ?? "";
    return {
        machines,
        heartbeats,
        pods,
        workloads: [...deployments, ...sets],
        schedules,
        jobs,
        certificates,
        leases: new Map(leases.map((lease) => [registryOf(lease), lease])),
        keys: new Set(secrets.map(registryOf)),
        admission: new Set(bindings.map(({ metadata: { name } }) => name)),
    };
}
