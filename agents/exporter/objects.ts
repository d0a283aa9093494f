/** What the exporter asks of its site's API server: everything in one round, nothing written. */
import { LEASE } from "../../infra/conventions/lease";
import type { Certificate, Machine, Named, Workload } from "../../infra/conventions/live";
import { COMMON_LABELS, LABEL, labelSelector } from "../../infra/conventions/names";
import type { BackupJob, ScheduledJob } from "../../infra/registries/backups/overdue";
import type { Ask } from "../kubernetes";

export interface Objects {
    readonly machines: readonly Machine[];
    readonly workloads: readonly Workload[];
    readonly certificates: readonly Certificate[];
    readonly schedules: readonly ScheduledJob[];
    readonly jobs: readonly BackupJob[];
    /** Registry → the ConfigMap in which its members keep what they know of the right to write. */
    readonly leases: ReadonlyMap<string, Named>;
}

const OURS = `labelSelector=${encodeURIComponent(labelSelector(COMMON_LABELS))}`;

/** @throws AgentError where the API server refuses, or does not answer */
export async function objectsOf(ask: Ask): Promise<Objects> {
    const list = async <T>(path: string, query = OURS): Promise<readonly T[]> =>
        ((await ask("GET", `${path}?${query}`)) as { readonly items: readonly T[] }).items;
    const kind = async (name: string, path: string): Promise<Workload[]> =>
        (await list<Omit<Workload, "kind">>(path)).map((item) => ({ ...item, kind: name }));
    const [machines, deployments, sets, certificates, schedules, jobs, leases] = await Promise.all([
        list<Machine>("/api/v1/nodes", ""),
        kind("Deployment", "/apis/apps/v1/deployments"),
        kind("StatefulSet", "/apis/apps/v1/statefulsets"),
        list<Certificate>("/apis/cert-manager.io/v1/certificates"),
        list<ScheduledJob>("/apis/batch/v1/cronjobs"),
        list<BackupJob>("/apis/batch/v1/jobs"),
        // The right to read these ConfigMaps is for those of this name.
        list<Named>("/api/v1/configmaps", `fieldSelector=metadata.name%3D${LEASE}`),
    ]);
    return {
        machines,
        workloads: [...deployments, ...sets],
        certificates,
        schedules,
        jobs,
        leases: new Map(
            leases.flatMap((lease) => {
                const registry = lease.metadata.labels?.[LABEL.registry];
                return registry === undefined ? [] : [[registry, lease] as const];
            }),
        ),
    };
}
