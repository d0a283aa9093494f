/**
 * Cilium on a machine: the agent connects pods to the network and enforces NetworkPolicies on their packets. It runs without its operator,
 * because the lab applies the resource definitions, and each Node says which pod range it has.
 */
import * as fs from "node:fs";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { LABEL } from "../../infra/conventions/names";
import { ROLE_LABEL } from "../../infra/registries/plan-database";
import { libraryOf } from "../../toolchain/build/go-folders";
import { goMemory } from "../go-memory";
import type { MachineInventory, SiteInventory } from "../inventory";
import { type Manifest, OWNED } from "../objects";

/** The agent keeps its files here; its plugin and its command-line tool look for its socket here. */
export const RUN = "/run/cilium";
/** containerd reads here how to connect pods to the network. */
export const CNI_CONFIGURATION = "/run/cni/net.d";
/** The agent makes this file once it is ready: until then the node is not ready, and takes no pods. */
export const CNI_CONFIGURATION_FILE = `${CNI_CONFIGURATION}/05-cilium.conflist`;

export const AGENT_START = {
    // The agent writes into its library what it finds out about the kernel.
    before: `mkdir -p ${RUN} && rm -rf ${RUN}/lib && cp -r /usr/local/bin/lib/cilium-agent ${RUN}/lib || exit 1`,
    // The agent is idle except for many small timers: waking a second processor for each would cost half as much again.
    env: { ...goMemory(96), GOMAXPROCS: "1" },
};

/**
 * Labels that change while a pod lives are no part of its identity. The leader's label must not decide which pods reach each other: otherwise
 * each failover would wait for new identities on every machine.
 */
const CHANGING = [ROLE_LABEL.key, LABEL.site];

/** https://docs.cilium.io/en/v1.19/cmdref/cilium-agent/, as a configuration file. @param etc folder with the kubeconfig */
export function ciliumConfiguration(site: SiteInventory, { address }: MachineInventory, etc: string): string {
    const ignored = CHANGING.flatMap((label) => [label, `io.cilium.k8s.namespace.labels.${label}`]);
    return stringify({
        "k8s-kubeconfig-path": `${etc}/cilium.kubeconfig`,
        "lib-dir": `${RUN}/lib`,
        "bpf-root": "/sys/fs/bpf",
        "write-cni-conf-when-ready": CNI_CONFIGURATION_FILE,
        "cni-log-file": "/var/log/cilium-agent/cni.log",

        // The Nodes say which ranges their pods have, and these are routed; addresses are never translated, inside the site and to the other one.
        ipam: "kubernetes",
        "identity-allocation-mode": "crd",
        "enable-ipv6": false,
        "ipv4-node": address,
        devices: ["eth0"],
        "routing-mode": "native",
        "ipv4-native-routing-cidr": site.podCidr,
        "enable-ipv4-masquerade": false,
        labels: ignored.map((label) => `k8s:!${label.replaceAll(".", "\\.")}$`).join(" "),

        // These features are of no use in a lab of two machines, and would cost memory and time.
        "enable-l7-proxy": false,
        "enable-hubble": false,
        "enable-health-checking": false,
        "enable-endpoint-health-checking": false,
        "enable-cilium-network-policy": false,
        "enable-cilium-clusterwide-network-policy": false,
        "mesh-auth-enabled": false,
        "enable-monitor": false,
        "enable-dynamic-config": false,
        "enable-drift-checker": false,
        "status-collector-interval": "1m",
        "lb-pressure-metrics-interval": "0s",
        "bpf-lb-map-max": 4096,
        "bpf-ct-global-tcp-max": 32768,
        "bpf-ct-global-any-max": 16384,
        "bpf-neigh-global-max": 16384,
        "bpf-policy-map-max": 4096,
        "bpf-policy-stats-map-max": 4096,
        "bpf-sock-rev-map-max": 4096,
    });
}

/** Resources that the agent waits for at its start: https://docs.cilium.io/en/v1.19/internals/cilium_operator/#crd-registration */
const DEFINITIONS = [
    "v2/ciliumendpoints",
    "v2/ciliumidentities",
    "v2/ciliumloadbalancerippools",
    "v2/ciliumnodes",
    "v2alpha1/ciliuml2announcementpolicies",
    "v2alpha1/ciliumpodippools",
];

/** The definitions out of the agent's own module. */
export function ciliumDefinitions(binDirectory: string): Manifest[] {
    return DEFINITIONS.map((name) => {
        const file = path.join(libraryOf(binDirectory, "cilium-agent"), "crds", `${name}.yaml`);
        const definition = parse(fs.readFileSync(file, "utf8")) as Manifest;
        return { ...definition, metadata: { ...definition.metadata, labels: OWNED } };
    });
}
