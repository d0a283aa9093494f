/** A site in numbers, as its API server knows it. Pure. */
import { ANNOTATION } from "../../infra/conventions/lease";
import { podsOf, takesPods } from "../../infra/conventions/live";
import type { METRICS, Metric } from "../../infra/conventions/monitoring";
import type { SiteRole } from "../../infra/conventions/site";
import { backupStates } from "../../infra/registries/backups/overdue";
import { recordOf } from "../lease-agent/record";
import type { Objects } from "./objects";

export type LabelsOf<M extends Metric> = Readonly<Record<(typeof METRICS)[M]["labels"][number], string>>;

/** One value of a metric. Instants are in seconds since 1970. */
export type Sample = {
    readonly [M in Metric]: { readonly metric: M; readonly labels: LabelsOf<M>; readonly value: number };
}[Metric];

/** @param now milliseconds since 1970 @throws AgentError where a record is not as the lease agents write it */
export function samplesOf(objects: Objects, role: SiteRole, now: number): Sample[] {
    return [
        ...backups(objects, now),
        ...certificates(objects),
        ...machines(objects),
        ...workloads(objects),
        ...registries(objects, role),
    ];
}

function seconds(instant: string | number): number {
    return (typeof instant === "number" ? instant : Date.parse(instant)) / 1000;
}

function backups({ schedules, jobs }: Objects, now: number): Sample[] {
    return backupStates(schedules, jobs, now).flatMap(({ registry = "", job: work, last, problem }): Sample[] => {
        const labels = { registry, work };
        return [
            { metric: "embassy_backup_problem", labels, value: problem === undefined ? 0 : 1 },
            ...(last === undefined
                ? []
                : [{ metric: "embassy_backup_last_success_timestamp_seconds" as const, labels, value: seconds(last) }]),
        ];
    });
}

function certificates(objects: Objects): Sample[] {
    return objects.certificates.flatMap(({ metadata: { namespace = "", name }, status }): Sample[] =>
        status?.notAfter === undefined
            ? []
            : [
                  {
                      metric: "embassy_certificate_end_timestamp_seconds",
                      labels: { namespace, certificate: name },
                      value: seconds(status.notAfter),
                  },
              ],
    );
}

function machines(objects: Objects): Sample[] {
    return objects.machines.map((machine) => ({
        metric: "embassy_machine_ready",
        labels: { machine: machine.metadata.name },
        value: takesPods(machine) ? 1 : 0,
    }));
}

function workloads(objects: Objects): Sample[] {
    return objects.workloads.map((workload) => {
        const {
            kind,
            metadata: { namespace = "", name },
        } = workload;
        const { wanted, ready } = podsOf(workload);
        const labels = { namespace, kind, workload: name };
        return { metric: "embassy_workload_missing_pods", labels, value: Math.max(0, wanted - ready) };
    });
}

/** What members have written down stays when a registry is declared to run no more, and says nothing from then on. */
function registries({ leases, workloads }: Objects, role: SiteRole): Sample[] {
    const running = new Set(
        workloads
            .filter(({ kind, spec }) => kind === "StatefulSet" && spec.replicas !== 0)
            .map(({ metadata }) => metadata.namespace),
    );
    return [...leases].flatMap(([registry, lease]): Sample[] => {
        if (!running.has(lease.metadata.namespace)) {
            return [];
        }
        const labels = { registry };
        const { validUntil, status } = recordOf(lease);
        const report = status?.granted?.report;
        const problem = lease.metadata.annotations?.[ANNOTATION.problem];
        return [
            { metric: "embassy_registry_differs", labels, value: problem === undefined ? 0 : 1 },
            ...(role === "primary" && validUntil !== undefined
                ? [{ metric: "embassy_lease_end_timestamp_seconds" as const, labels, value: seconds(validUntil) }]
                : []),
            ...(role === "standby" && report !== undefined
                ? [
                      {
                          metric: "embassy_primary_last_report_timestamp_seconds" as const,
                          labels,
                          value: seconds(report.at),
                      },
                      { metric: "embassy_primary_wal_position_bytes" as const, labels, value: report.lsn },
                  ]
                : []),
        ];
    });
}
