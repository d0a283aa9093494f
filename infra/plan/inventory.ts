/** The machines of a site and the fault domains that each stands in. */
import type { EmbassyConfig } from "../config";
import { LABEL, dnsLabel } from "./names";

export interface Host {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    /** Kubernetes quantities. */
    readonly cpu: string;
    readonly memory: string;
    readonly pods: number;
    /** Local disks, one volume each. */
    readonly disks: { readonly class: string; readonly count: number; readonly size: string };
}

export const TOPOLOGY = {
    region: "topology.kubernetes.io/region",
    /** The zone that schedulers and storage know of is the feed: what can fail at once. */
    zone: "topology.kubernetes.io/zone",
    host: "kubernetes.io/hostname",
    rack: LABEL.rack,
} as const;

export function inventory({ site, cluster, storage }: Pick<EmbassyConfig, "site" | "cluster" | "storage">): Host[] {
    return Object.entries(cluster.feeds).flatMap(([feed, { racks }]) =>
        racks.flatMap((rack) =>
            Array.from({ length: cluster.rack.hosts }, (_, index) => {
                const name = dnsLabel(rack, String(index + 1));
                return {
                    name,
                    labels: {
                        [TOPOLOGY.region]: site.country.toLowerCase(),
                        [TOPOLOGY.zone]: `feed-${feed}`,
                        [TOPOLOGY.host]: name,
                        [LABEL.feed]: feed,
                        [TOPOLOGY.rack]: rack,
                    },
                    cpu: cluster.host.cpu,
                    memory: cluster.host.memory,
                    pods: cluster.host.pods,
                    disks: { class: storage.class, count: cluster.host.disks, size: cluster.host.diskSize },
                };
            }),
        ),
    );
}
