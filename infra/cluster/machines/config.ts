import { z } from "zod";
import { type ClusterConfig, workerHosts } from "../config";

/**
 * Board management controllers, as Metal3 drives them: with virtual media, which need no boot network.
 * https://book.metal3.io/bmo/supported_hardware
 */
const bmc = z.strictObject({
    driver: z.enum(["redfish-virtualmedia", "idrac-virtualmedia", "ilo5-virtualmedia"]),
    /** Path of the host's Redfish system on its controller. */
    system: z.string().regex(/^(\/[A-Za-z0-9._-]+)+$/, "must be a path, such as /redfish/v1/Systems/1"),
});

/** How the machines of the cluster are made; absent where somebody else makes them. */
const declared = z.strictObject({
    /** Kubernetes' release in the machines' image. */
    release: z.string().regex(/^v1\.\d+\.\d+$/, "must be a release, such as v1.36.3"),
    /** The disk that the image is written to. A machine's other disks belong to the registries and are never touched. */
    systemDisk: z.string().regex(/^\/dev\/[A-Za-z0-9:/._-]+$/, "must be a device, such as /dev/nvme0n1"),
    bmc,
    /** Number of workers in a zone, which is a rack's first feed; where a zone is not named, all that there are. */
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
        // The rack was reported already, and where its hosts would count is unknown.
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
            // Fewer are as wrong as more: Metal3 would choose which hosts are left out, and Tier IV is proven with all of them.
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
