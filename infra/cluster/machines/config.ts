import { z } from "zod";
import { type ClusterConfig, workerHosts } from "../config";

/** Board management controllers, as Metal3 speaks to them: by media of their own, which need no boot network. https://book.metal3.io/bmo/supported_hardware */
const bmc = z.strictObject({
    driver: z.enum(["redfish-virtualmedia", "idrac-virtualmedia", "ilo5-virtualmedia"]),
    /** Where a controller has its host: its Redfish system. */
    system: z.string().regex(/^(\/[A-Za-z0-9._-]+)+$/, "must be a path, such as /redfish/v1/Systems/1"),
});

/** How the machines are made that the cluster consists of; absent where somebody else makes them. */
const declared = z.strictObject({
    /** Kubernetes' release in the machines' image. */
    release: z.string().regex(/^v1\.\d+\.\d+$/, "must be a release, such as v1.36.3"),
    /** What the image is written to; a machine's other disks are the registries', and never touched. */
    systemDisk: z.string().regex(/^\/dev\/[A-Za-z0-9:/._-]+$/, "must be a device, such as /dev/nvme0n1"),
    bmc,
    /** Workers wanted in a zone, which is a rack's first feed; where it is not named, all that there are. */
    workers: z.record(z.string(), z.int().min(1)).default({}),
});

export type MachinesConfig = z.infer<typeof declared>;

export const machines = declared.optional();

/** What is wrong with the machines of a facility: path below `machines` → message. */
export function machineProblems({ release, workers }: MachinesConfig, cluster: ClusterConfig): Map<string[], string> {
    const problems = new Map<string[], string>();
    if (!release.startsWith(`v${cluster.kubernetes}.`)) {
        problems.set(["release"], `must be a release of Kubernetes ${cluster.kubernetes} (cluster.kubernetes)`);
    }
    const inhabited = Object.values(cluster.racks).filter(({ hosts }) => Object.keys(hosts).length > 0);
    if (!inhabited.every(({ feeds: [first = ""] }) => Object.hasOwn(cluster.feeds, first))) {
        // Told of the rack already; where its hosts would count is not known.
        return problems;
    }
    const zones = workerHosts(cluster);
    for (const [feed, wanted] of Object.entries(workers)) {
        const racks = zones.get(feed);
        const there = Object.values(racks ?? {}).reduce((sum, count) => sum + count, 0);
        if (racks === undefined) {
            const known = [...zones.keys()].join(", ");
            problems.set(["workers", feed], `must be left out: racks with workers have as first feed ${known}`);
        } else if (wanted !== there) {
            // Fewer are as wrong as more: which hosts are left out would be Metal3's choice, and Tier IV is proven with all.
            const mend = wanted > there ? "add hosts to" : "take hosts out of";
            problems.set(
                ["workers", feed],
                `must be ${there}, as many as feed ${feed} has hosts of role worker ` +
                    `(racks ${Object.keys(racks).join(", ")}): ${mend} cluster.racks, or ask for ${there}`,
            );
        }
    }
    return problems;
}
