/** The machines of a site and the fault domains that each stands in. */
import type { ClusterSection } from "../config";
import type { SiteSection } from "../../conventions/site";
import type { StorageSection } from "../../storage/config";
import { LABEL, TOPOLOGY, dnsLabel } from "../../conventions/names";

export interface Host {
    readonly name: string;
    readonly role: "worker" | "control-plane";
    readonly rack: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Kubernetes quantities. */
    readonly cpu: string;
    readonly memory: string;
    readonly pods: number;
    /** Local disks, one volume each; absent where it has none. */
    readonly disks?: { readonly class: string; readonly count: number; readonly size: string };
    readonly watts: number;
}

/** The hosts of a rack, in the order of their numbers. */
export function inventory({ site, cluster, storage }: SiteSection & ClusterSection & StorageSection): Host[] {
    return Object.entries(cluster.racks).flatMap(([rack, { feeds, hosts }]) => {
        const [feed = ""] = feeds;
        const numbered = Object.entries(hosts)
            .flatMap(([kind, numbers]) => numbers.map((number) => ({ kind, number })))
            .sort((one, other) => one.number - other.number);
        return numbered.flatMap(({ kind, number }) => {
            const machine = cluster.machines[kind];
            const name = dnsLabel(rack, String(number));
            const labels = {
                [TOPOLOGY.region]: site.country.toLowerCase(),
                [TOPOLOGY.zone]: `feed-${feed}`,
                [TOPOLOGY.host]: name,
                [LABEL.feed]: feed,
                [TOPOLOGY.rack]: rack,
            };
            if (machine === undefined) {
                return [];
            }
            const { disks, ...rest } = machine;
            return [
                {
                    ...rest,
                    name,
                    rack,
                    labels,
                    ...(disks !== undefined && { disks: { class: storage.class, ...disks } }),
                },
            ];
        });
    });
}
