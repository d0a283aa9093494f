/**
 * Everything that a site runs on its workers, as the scheduler and a quorum see it. On a control plane's machines there are Kubernetes' own
 * parts and the audit shipper alone, which take no room from any of this. Pure.
 */
import type { EmbassyPlan } from "./embassy-plan";
import type { EmbassyConfig } from "./config";
import { amount } from "../conventions/quantity";
import { NIGHTLY, RUNS } from "../storage/plan-object-store";
import { registryOf } from "../registries/config";
import { GATES, HELPER, JOBS, BACKUP_JOB, LEASE_AGENT } from "../registries/plan";
import type { Workload } from "../cluster/facility/workload";

/**
 * All registries, whether they run already or not, and at once all Jobs that their quotas allow.
 *
 * A registry goes on with one member: etcd decides who leads, not a count of members, and a primary that has no second one left waits for
 * none (Patroni's synchronous_mode without `_strict`). The object store has one member here, and all that it holds is also in the other
 * site's (docs/decisions/tier4.md).
 */
export function workloads(
    config: Pick<EmbassyConfig, "registries">,
    {
        registries,
        dns,
        objectStore,
        edge,
        certManager,
        monitoring,
    }: Pick<EmbassyPlan, "registries" | "dns" | "objectStore" | "edge" | "certManager" | "monitoring">,
): Workload[] {
    const plain = { spread: [], priority: 1, quorum: 0, elsewhere: 0, rebuilt: false };
    return [
        ...registries.map(({ name, cpu, memory, storage, spread }): Workload => {
            return {
                ...plain,
                name: `registry ${name}`,
                unit: "member",
                count: registryOf(config, name).members,
                ...requests({ cpu, memory }, HELPER, LEASE_AGENT),
                volume: amount(storage),
                spread,
                priority: 2,
                quorum: 1,
                rebuilt: true,
            };
        }),
        {
            ...plain,
            name: "object store",
            unit: "member",
            count: 1,
            ...requests(objectStore, objectStore.agent, objectStore.agent),
            volume: amount(objectStore.storage),
            quorum: 1,
            // That one is in the other site of the pair, or in the site that is restored.
            elsewhere: 1,
        },
        {
            ...plain,
            name: "DNS server",
            unit: "pod",
            count: dns.replicas,
            ...requests(dns),
            spread: dns.spread,
            quorum: 1,
        },
        ...[edge, edge?.gazette]
            .flatMap((each) => each ?? [])
            .map(({ workload, replicas, cpu, memory, spread }) => ({
                ...plain,
                name: workload,
                unit: "pod",
                count: replicas,
                ...requests({ cpu, memory }),
                spread,
                quorum: 1,
            })),
        ...(monitoring === undefined
            ? []
            : [
                  {
                      ...plain,
                      name: "monitoring",
                      unit: "member",
                      count: monitoring.replicas,
                      ...requests(
                          monitoring.server,
                          monitoring.exporter,
                          ...(monitoring.statusPage ? [monitoring.statusPage] : []),
                      ),
                      volume: amount(monitoring.storage),
                      spread: monitoring.spread,
                      // Where one is serviced and the other fails, the site goes on unwatched, and who asks is told.
                      quorum: 0,
                  },
                  // It comes up again elsewhere, and is told again then what goes on.
                  ...(monitoring.alertmanager === undefined
                      ? []
                      : [
                            {
                                ...plain,
                                name: "alertmanager",
                                unit: "pod",
                                count: 1,
                                ...requests(monitoring.alertmanager),
                            },
                        ]),
              ]),
        ...[
            { name: "backup Jobs", count: registries.length * JOBS, ...requests(BACKUP_JOB) },
            { name: "gates", count: registries.length * GATES, ...requests(LEASE_AGENT) },
            // A site goes on without it for weeks, as long as there is room for it again.
            { name: "cert-manager", count: 1, ...requests(certManager) },
            ...NIGHTLY.map((name) => ({ name: `object store: ${name}`, count: RUNS, ...requests(objectStore.agent) })),
        ].map((jobs) => ({ ...plain, ...jobs, unit: "pod" })),
    ];
}

interface Quantities {
    readonly cpu: string;
    readonly memory: string;
}

function requests(...containers: readonly Quantities[]): Pick<Workload, "cpu" | "memory"> {
    const sum = (of: keyof Quantities): number => containers.reduce((total, each) => total + amount(each[of]), 0);
    return { cpu: sum("cpu"), memory: sum("memory") };
}
