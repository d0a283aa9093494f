import { z } from "zod";
import { free, shared } from "../conventions/numbers";
import { amount, quantity } from "../conventions/quantity";

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,14}[a-z0-9])?$/, "must be a DNS label of at most 16 characters");

/** What a feed can deliver, or a cooling loop carry away, in kW. */
const kilowatts = z.number().positive("must be more than zero");

/** Hosts that are alike. */
const machine = z.strictObject({
    role: z.enum(["worker", "control-plane"]),
    cpu: quantity,
    memory: quantity,
    /** Pods that its kubelet accepts. */
    pods: z.int().min(1).max(250),
    /** Local disks for registries and the object store, a volume each. */
    disks: z.strictObject({ count: z.int().min(1), size: quantity }).optional(),
    /** Watts that one such machine draws at most, and gives off as heat. */
    watts: z.int().min(1),
});

const names = z.array(z.string());

/** Everything in a rack is connected alike: a power supply to each of the rack's feeds, and a network port to each of its switches. */
const rack = z.strictObject({
    /** The first feed is the rack's zone, by which pods are spread and volumes are found. */
    feeds: names,
    loops: names,
    /** The switches that connect its hosts; a rack without hosts needs none. */
    switches: names.default([]),
    /** Kind of machine → the numbers of its hosts in their rack. A number is given once and stays, because the host is named by it. */
    hosts: z.record(label, z.array(z.int().min(1).max(64)).min(1, "must have one or more numbers")).default({}),
});

const declared = z.strictObject({
    /** Kubernetes minor version; it also pins the Pod Security profile, so that an upgrade cannot tighten it unseen. */
    kubernetes: z.string().regex(/^1\.\d+$/, 'must be a minor version in quotes, such as "1.36"'),
    /**
     * etcd members, one per control-plane machine. Their number is odd, because an even member adds a machine that
     * can fail, and no failure that can be borne (https://etcd.io/docs/latest/faq/#why-an-odd-number-of-cluster-members).
     */
    quorum: z
        .int()
        .min(3, "must be 3 or more: fewer members cannot lose one and go on")
        .refine((n) => n % 2 === 1, "must be odd: an even quorum bears no more failures than one member fewer"),
    /** Independent power paths of the facility. */
    feeds: z
        .record(label, kilowatts)
        .refine(
            (feeds) => Object.keys(feeds).length >= 2,
            "must name two feeds or more: Tier IV bears the loss of one",
        ),
    /** Independent circuits of cooling. */
    loops: z
        .record(label, kilowatts)
        .refine(
            (loops) => Object.keys(loops).length >= 2,
            "must name two loops or more: Tier IV bears the loss of one",
        ),
    /** Every switch is joined to every other; an uplink leads out of the site. */
    switches: z.record(label, z.strictObject({ rack: z.string(), uplinks: z.array(label) })),
    racks: z.record(label, rack),
    machines: z.record(label, machine),
});

export type ClusterConfig = z.infer<typeof declared>;

export const cluster = declared.superRefine((site, context) => {
    const problem = (path: (string | number)[], message: string): void =>
        context.addIssue({ code: "custom", path, message });
    const known = (path: (string | number)[], name: string, among: object, what: string): void => {
        if (!Object.hasOwn(among, name)) {
            problem(path, `must be one of the ${what}: ${Object.keys(among).join(", ")} (cluster.${what})`);
        }
    };
    for (const [name, { rack: place }] of Object.entries(site.switches)) {
        known(["switches", name, "rack"], place, site.racks, "racks");
    }
    for (const [name, { hosts, ...plugged }] of Object.entries(site.racks)) {
        const inhabited = Object.keys(hosts).length > 0;
        for (const what of ["feeds", "loops", "switches"] as const) {
            plugged[what].forEach((end, index) => known(["racks", name, what, index], end, site[what], what));
            const ends = new Set(plugged[what]).size;
            if (ends < 2 && (inhabited || what !== "switches")) {
                const now = ends === 0 ? "what is in the rack is on none" : "all in the rack would fall with the one";
                problem(["racks", name, what], `must name two ${what} or more: ${now}`);
            }
        }
        for (const kind of Object.keys(hosts)) {
            known(["racks", name, "hosts", kind], kind, site.machines, "machines");
        }
        const numbers = Object.entries(hosts).flatMap(([kind, its]) => its.map((number) => [kind, number] as const));
        const next = free(
            numbers.map(([, number]) => number),
            1,
        );
        for (const { name: kind, other } of shared(numbers)) {
            problem(
                ["racks", name, "hosts", kind],
                `must have numbers of its own: ${other} has one of them too (racks.${name}.hosts.${other}): ${next} is free`,
            );
        }
    }
    const count = Object.values(site.racks)
        .flatMap(({ hosts }) => Object.entries(hosts))
        .reduce((sum, [kind, hosts]) => sum + (site.machines[kind]?.role === "control-plane" ? hosts.length : 0), 0);
    if (site.quorum % 2 === 1 && site.quorum >= 3 && site.quorum !== count) {
        problem(["quorum"], `must be ${count}, as many as there are hosts of role control-plane (cluster.racks)`);
    }
});

/** Zones that have workers, over which databases are spread: first feed → rack → how many. */
export function workerHosts({
    racks,
    machines,
}: Pick<ClusterConfig, "racks" | "machines">): Map<string, Record<string, number>> {
    const zones = new Map<string, Record<string, number>>();
    for (const [rack, { feeds, hosts }] of Object.entries(racks)) {
        const [zone] = feeds;
        const workers = Object.entries(hosts).filter(([kind]) => machines[kind]?.role === "worker");
        if (zone !== undefined && workers.length > 0) {
            const count = workers.reduce((sum, [, hosts]) => sum + hosts.length, 0);
            zones.set(zone, { ...zones.get(zone), [rack]: count });
        }
    }
    return zones;
}

/** The size of the largest disks, as a quantity; undefined where no machine has any. */
export function largestDisk({ machines }: Pick<ClusterConfig, "machines">): string | undefined {
    const sizes = Object.values(machines).flatMap(({ disks }) => disks?.size ?? []);
    return sizes.toSorted((one, other) => amount(other) - amount(one))[0];
}

/** This section of a stack's configuration. */
export interface ClusterSection {
    readonly cluster: z.infer<typeof cluster>;
}
