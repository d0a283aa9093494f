/** Makes the files of a machine's /etc/embassy, by which machines differ. Pure. */
import { stringify } from "yaml";
import { KUBELET_PORT, kubeletAccess } from "../../infra/cluster/control-plane/kubelet";
import { amount } from "../../infra/conventions/quantity";
import { machineFilter } from "../../infra/networking/packet-filter";
import { MACHINE_THREADS } from "../processes/groups";
import type { Machine, MachineInventory, NetworkInventory, SiteInventory } from "../inventory";
import { prefixOf } from "./addresses";
import { AGENT_START, CNI_CONFIGURATION, ciliumConfiguration } from "./cilium";

/** Where these files are in a machine. */
export const ETC = "/etc/embassy";
const CONTAINERD_SOCKET = "/run/containerd/containerd.sock";

/** Programs and keys of a machine that come from elsewhere. */
export interface MachineKeys {
    /** PEM. */
    readonly authority: string;
    /** PEM certificate of the authority whose clients the kubelet accepts. */
    readonly kubeletClients: string;
    /** Kubeconfigs of the programs. */
    readonly kubelet: string;
    readonly cilium: string;
    /** PEM with the key and the certificate of the kubelet's server. */
    readonly serving: string;
}

/**
 * File below /etc/embassy → content; runit keeps the programs `service/<name>/run` alive.
 *
 * @param others the site's other machines
 * @param pause reference of the image that holds a pod's namespaces
 */
export function machineFiles(
    site: SiteInventory,
    network: NetworkInventory,
    machine: Machine,
    others: readonly MachineInventory[],
    pause: string,
    keys: MachineKeys,
): Record<string, string> {
    return {
        hardware: hardware(machine),
        "network.sh": networkScript(network, machine, others),
        "filter.nft": machineFilter([{ ports: [KUBELET_PORT], from: network.apiServers }]),
        hosts: hosts(network, machine),
        [`registries/${network.registry}/hosts.toml`]: registryHost(network),
        // The file is empty, because nothing outside the site resolves names.
        "resolv.conf": "",
        "ca.crt": keys.authority,
        "kubelet-clients.crt": keys.kubeletClients,
        "kubelet.kubeconfig": keys.kubelet,
        "kubelet.pem": keys.serving,
        "cilium.kubeconfig": keys.cilium,
        "containerd.toml": containerd(pause),
        "kubelet.yaml": kubelet(site, network, machine),
        "cilium.yaml": ciliumConfiguration(site, machine, ETC),
        ...service("containerd", [`--config=${ETC}/containerd.toml`]),
        ...service(
            "kubelet",
            [
                `--config=${ETC}/kubelet.yaml`,
                `--kubeconfig=${ETC}/kubelet.kubeconfig`,
                `--hostname-override=${machine.name}`,
                `--node-ip=${machine.address}`,
            ],
            { before: `[ -S ${CONTAINERD_SOCKET} ] || { sleep 0.2; exit 1; }` },
        ),
        ...service("cilium-agent", [`--config=${ETC}/cilium.yaml`], AGENT_START),
    };
}

/** What happens before a program starts. */
interface Start {
    /** Shell command that must succeed before the program starts. */
    readonly before?: string;
    readonly env?: Readonly<Record<string, string>>;
}

/** A program that runit keeps alive, with a log that it rotates (ten files of a megabyte): https://smarden.org/runit/ */
function service(name: string, args: readonly string[], { before, env = {} }: Start = {}): Record<string, string> {
    const run = [
        "#!/bin/bash",
        "exec 2>&1",
        ...(before === undefined ? [] : [before]),
        ...Object.entries(env).map(([variable, value]) => `export ${variable}=${value}`),
        `exec ${[name, ...args].join(" ")}`,
        "",
    ];
    return {
        [`service/${name}/run`]: run.join("\n"),
        [`service/${name}/log/run`]: `#!/bin/bash\nmkdir -p /var/log/${name}\nexec svlogd -tt /var/log/${name}\n`,
    };
}

/** The hardware that the machine shows its kubelet (machine.sh), whole cores and KiB of memory, and the threads of the host as which it weighs. */
function hardware({ cpu, memory }: Machine): string {
    const kibibytes = Math.floor(amount(memory) / 1024);
    return `cores=${Math.ceil(amount(cpu))}\nmemory=${kibibytes}\nthreads=${MACHINE_THREADS}\n`;
}

/** Routes to the other machines' pods are declared, as in a network whose switches know them. */
function networkScript(
    network: NetworkInventory,
    machine: MachineInventory,
    others: readonly MachineInventory[],
): string {
    return [
        "set -eu",
        // The filter is in place before anybody can reach the machine.
        `nft --file ${ETC}/filter.nft`,
        `ip address add ${machine.address}/${prefixOf(network.nodes)} dev eth0`,
        "ip link set eth0 up",
        `ip route add default via ${network.gateway}`,
        ...others.map(({ pods, address }) => `ip route add ${pods} via ${address}`),
        "sysctl -qw net.ipv4.ip_forward=1",
        `cp ${ETC}/hosts /etc/hosts`,
        `cp ${ETC}/resolv.conf /etc/resolv.conf`,
        "",
    ].join("\n");
}

/** https://github.com/containerd/containerd/blob/v1.7.24/docs/cri/config.md */
function containerd(pause: string): string {
    return `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pause}"
  # The machine may lack the capability to lower a score, and runc fails without saying why.
  restrict_oom_score_adj = true
[plugins."io.containerd.grpc.v1.cri".registry]
  config_path = "${ETC}/registries"
[plugins."io.containerd.grpc.v1.cri".cni]
  bin_dir = "/usr/lib/cni"
  conf_dir = "${CNI_CONFIGURATION}"
`;
}

/** https://github.com/containerd/containerd/blob/v1.7.24/docs/hosts.md */
function registryHost({ registry }: NetworkInventory): string {
    return `server = "https://${registry}"

[host."https://${registry}"]
  capabilities = ["pull", "resolve"]
  ca = "${ETC}/ca.crt"
`;
}

function hosts(
    { gateway, registry }: NetworkInventory,
    { address, name }: MachineInventory & { name: string },
): string {
    const [registryName = ""] = registry.split(":");
    return [`127.0.0.1 localhost`, `${address} ${name}`, `${gateway} ${registryName}`, ""].join("\n");
}

/** https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
function kubelet(site: SiteInventory, { dns }: NetworkInventory, { maxPods }: Machine): string {
    return stringify({
        apiVersion: "kubelet.config.k8s.io/v1beta1",
        kind: "KubeletConfiguration",
        ...kubeletAccess(`${ETC}/kubelet-clients.crt`),
        tlsCertFile: `${ETC}/kubelet.pem`,
        tlsPrivateKeyFile: `${ETC}/kubelet.pem`,
        clusterDomain: site.clusterDomain,
        clusterDNS: [dns],
        maxPods,
        resolvConf: `${ETC}/resolv.conf`,
        containerRuntimeEndpoint: `unix://${CONTAINERD_SOCKET}`,
        cgroupDriver: "cgroupfs",
        failCgroupV1: false,
        // The machine's memory is the host's, and only the host decides what it swaps.
        failSwapOn: false,
        // The limits are absolute sizes: shares of the host's disk would say little, because others use most of it.
        evictionHard: {
            "memory.available": "100Mi",
            "nodefs.available": "1Gi",
            "imagefs.available": "1Gi",
            "nodefs.inodesFree": "1%",
        },
        imageGCHighThresholdPercent: 100,
        rotateCertificates: false,
        enableDebuggingHandlers: true,
    });
}
