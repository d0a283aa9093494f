/** What the lab has to build for a site: the address ranges and machines that the site's stack file declares. */
import { plan } from "../infra/site/plan";
import { CLUSTER_DOMAIN, apiServerAddresses, nth } from "../infra/networking/addresses";
import { CONTROL_PLANE, TOPOLOGY } from "../infra/conventions/names";
import { machineAddress } from "./nodes/addresses";
import { stackConfig } from "../toolchain/cli/stack-config";
import { stackFolder } from "../toolchain/cli/stack-file";

/** Local disks of one kind in one machine; each is a PersistentVolume. */
export interface DiskInventory {
    /** StorageClass name. */
    readonly class: string;
    readonly count: number;
    /** Size of each disk, as a Kubernetes quantity. */
    readonly size: string;
}

/** A node that really runs what is scheduled on it: a machine of the lab with a kubelet, not a node that kwok plays. */
export interface MachineInventory {
    /** IPv4 address in the network's range of nodes. */
    readonly address: string;
    /** CIDR of its pods. */
    readonly pods: string;
    /** Whether it stands for the machines of a control plane: it has the API server's audit log, and the label of those machines. */
    readonly controlPlane?: true;
}

/** The network of a site whose nodes are machines. */
export interface NetworkInventory {
    /** CIDR of the machines. */
    readonly nodes: string;
    /** Sites to which there is a link: name → CIDR of everything that is theirs. */
    readonly peers: Readonly<Record<string, string>>;
    /** Addresses of the Services that a link carries to this site. */
    readonly served: readonly string[];
    /** Address at which the API server is reached from within the network. */
    readonly gateway: string;
    /** Addresses from which API servers ask kubelets: the gateway, and the machines of a control plane, which the gateway replaces. */
    readonly apiServers: readonly string[];
    /** `host:port` under which pods name the site's registry of images, which is at the gateway. */
    readonly registry: string;
    /** Address of the Service that resolves names for pods. */
    readonly dns: string;
    /** Where a site has an edge: an address from which allies ask it, and the CIDR of the Services that they ask. */
    readonly ally?: { readonly address: string; readonly services: string };
}

export interface NodeInventory {
    readonly name: string;
    /** Absent on a simulated node. */
    readonly machine?: MachineInventory;
    readonly labels: Readonly<Record<string, string>>;
    readonly taints?: readonly {
        key: string;
        value?: string;
        effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
    }[];
    /** InternalIP of the machine. */
    readonly address?: string;
    /** Kubernetes quantities. */
    readonly cpu: string;
    readonly memory: string;
    readonly pods: number;
    readonly disks: readonly DiskInventory[];
}

export interface SiteInventory {
    readonly name: string;
    readonly serviceCidr: string;
    readonly podCidr: string;
    readonly clusterDomain: string;
    readonly nodes: readonly NodeInventory[];
    /** PEM certificate of the authority of those who break the glass; absent where there is none. */
    readonly breakGlass?: string;
    /** Absent where nodes are simulated. */
    readonly network?: NetworkInventory;
}

export type Machine = MachineInventory &
    Pick<NodeInventory, "name" | "cpu" | "memory" | "disks"> & { readonly maxPods: number };

/** The machines of a site, in the order of its stack file. */
export function machines({ nodes }: SiteInventory): Machine[] {
    return nodes.flatMap(({ name, cpu, memory, pods: maxPods, disks, machine }) =>
        machine ? [{ name, cpu, memory, maxPods, disks, ...machine }] : [],
    );
}

/** `simulated`: kwok plays every worker that the stack file declares. `real`: there is one machine for each zone of workers. */
export const nodeKinds = ["simulated", "real"] as const;
export type NodeKind = (typeof nodeKinds)[number];

/** @param home where restore environments have their stack files. @throws LabError for a stack without a file, or with a wrong one. */
export function siteInventory(stack: string, kind: NodeKind = "simulated", home?: string): SiteInventory {
    const configuration = stackConfig(stack, stackFolder(stack, home));
    const { nodes: range, pods, services } = configuration.networking;
    const { edge, keys } = configuration;
    const { breakGlass } = keys;
    const site = {
        name: stack,
        serviceCidr: services,
        podCidr: pods,
        clusterDomain: CLUSTER_DOMAIN,
        ...(breakGlass !== undefined && { breakGlass }),
    };
    const { hosts: declared, network } = plan(configuration);
    // The lab runs the work of control-plane machines in processes: lab/control-plane.ts.
    const hosts = declared
        .filter(({ role }) => role === "worker")
        .map(({ name, labels, cpu, memory, pods: most, disks }) => {
            return { name, labels, cpu, memory, pods: most, disks: disks === undefined ? [] : [disks] };
        });
    if (kind === "simulated") {
        return { ...site, nodes: hosts };
    }
    const zones = new Set(hosts.map(({ labels }) => labels[TOPOLOGY.zone]));
    // The first host of each zone stands for it, with the disks of all hosts in it: a lab has too little memory for more.
    const firsts = [...zones].flatMap((zone) => {
        const inZone = hosts.filter(({ labels }) => labels[TOPOLOGY.zone] === zone);
        const disks = inZone.flatMap((host) => host.disks);
        return inZone.slice(0, 1).map((host) => ({ ...host, disks: host.disks.map((disk) => all(disk, disks)) }));
    });
    return {
        ...site,
        nodes: firsts.map((host, index) => {
            const machine = machineAddress(range, pods, index);
            return index > 0
                ? { ...host, machine }
                : {
                      ...host,
                      labels: { ...host.labels, [CONTROL_PLANE]: "" },
                      machine: { ...machine, controlPlane: true },
                  };
        }),
        network: {
            nodes: range,
            peers: Object.fromEntries(Object.entries(network.peers).map(([peer, { block }]) => [peer, block])),
            served: network.served,
            gateway: network.gateway,
            apiServers: apiServerAddresses(range, configuration.cluster.quorum),
            registry: configuration.site.imageRegistry,
            dns: network.dns,
            ...(edge !== undefined && { ally: { address: nth(edge.networks[0] ?? "", 1), services } }),
        },
    };
}

/** The disk with the number of all disks of its kind among `disks`. */
function all(disk: DiskInventory, disks: readonly DiskInventory[]): DiskInventory {
    const same = disks.filter((other) => other.class === disk.class && other.size === disk.size);
    return { ...disk, count: same.reduce((sum, { count }) => sum + count, 0) };
}
