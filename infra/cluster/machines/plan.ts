/**
 * The declared machines of a site: the objects from which Cluster API and Metal3 make machines on the facility's hosts.
 * docs/decisions/machines.md. Pure.
 */
import { createHash } from "node:crypto";
import type { ClusterSection } from "../config";
import type { KeysSection } from "../../keys/config";
import type { NetworkingSection } from "../../networking/config";
import type { SiteSection } from "../../conventions/site";
import type { StorageSection } from "../../storage/config";
import type { MachinesConfig } from "./config";
import { API_SERVER_PORT, CLUSTER_DOMAIN, type NetworkPlan, apiServerAddresses } from "../../networking/addresses";
import type { Host } from "../facility/inventory";
import { LABEL, dnsLabel } from "../../conventions/names";
import { controlPlaneConfig, workerConfig } from "./kubeadm";
import { bareMetalHost, machineTemplate, metal3Cluster, rebooting, zoneOf } from "./metal3";
import { CLUSTER, type MachineObject, clusterObject, reference } from "./names";

export { MACHINES, type MachineObject } from "./names";

type Site = SiteSection &
    ClusterSection &
    NetworkingSection &
    KeysSection &
    StorageSection & { readonly machines: MachinesConfig };

const MEMBERSHIP = { "cluster.x-k8s.io/cluster-name": CLUSTER };

/** There is no spare host, so that a machine which is replaced makes room first. */
const IN_TURN = { type: "RollingUpdate", rollingUpdate: { maxSurge: 0 } } as const;

/** Hosts come last, because machines are made as soon as there are some. */
export function planMachines(config: Site, hosts: readonly Host[], { gateway, nodes }: NetworkPlan): MachineObject[] {
    const { site, cluster, keys, machines, storage } = config;
    const apiServers = apiServerAddresses(nodes, cluster.quorum);
    const disks = {
        // The first address is the gateway's, which is no machine.
        controlPlane: apiServers.slice(1),
        systemDisk: machines.systemDisk,
        storageClass: storage.class,
    };
    const endpoint = { host: gateway, port: API_SERVER_PORT };
    const infrastructure = metal3Cluster(CLUSTER, hosts, endpoint);
    const members = named(machineTemplate("control-plane", config, "control-plane"));
    const controlPlane = clusterObject("controlPlane", "KubeadmControlPlane", CLUSTER, {
        spec: {
            version: machines.release,
            replicas: cluster.quorum,
            rollout: { strategy: IN_TURN },
            machineTemplate: { spec: { infrastructureRef: reference(members) } },
            kubeadmConfigSpec: controlPlaneConfig({
                imageRegistry: site.imageRegistry,
                apiServers,
                disks,
                nodes,
                breakGlass: keys.breakGlass,
            }),
        },
    });
    const bootstrap = named(
        clusterObject("bootstrap", "KubeadmConfigTemplate", "worker", {
            spec: { template: { spec: workerConfig(apiServers, disks) } },
        }),
    );
    const workers = hosts.filter(({ role }) => role === "worker");
    const zones = [...new Set(workers.map(zoneOf))];
    const remedy = rebooting(CLUSTER);
    return [
        infrastructure,
        members,
        controlPlane,
        clusterObject("core", "Cluster", CLUSTER, {
            spec: clusterSpec(config, endpoint, infrastructure, controlPlane),
        }),
        bootstrap,
        ...zones.flatMap((zone) => {
            const there = workers.filter((host) => zoneOf(host) === zone);
            return deployment(zone, there, config, bootstrap);
        }),
        remedy,
        healthCheck(remedy),
        ...hosts.map((host) => bareMetalHost(site.name, host, machines)),
    ];
}

function clusterSpec(
    { networking: { pods, services } }: Site,
    endpoint: { readonly host: string; readonly port: number },
    infrastructure: MachineObject,
    controlPlane: MachineObject,
): MachineObject["spec"] {
    return {
        clusterNetwork: {
            apiServerPort: endpoint.port,
            pods: { cidrBlocks: [pods] },
            services: { cidrBlocks: [services] },
            serviceDomain: CLUSTER_DOMAIN,
        },
        controlPlaneEndpoint: endpoint,
        controlPlaneRef: reference(controlPlane),
        infrastructureRef: reference(infrastructure),
    };
}

/** The workers of a zone: as many as it has hosts, on those and no others. */
function deployment(zone: string, workers: readonly Host[], config: Site, bootstrap: MachineObject): MachineObject[] {
    const feed = workers[0]?.labels[LABEL.feed] ?? "";
    const template = named(machineTemplate(dnsLabel("worker", zone), config, "worker", feed));
    const labels = { ...MEMBERSHIP, [LABEL.feed]: feed };
    const spec = {
        clusterName: CLUSTER,
        replicas: workers.length,
        rollout: { strategy: { ...IN_TURN, rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
        selector: { matchLabels: labels },
        template: {
            metadata: { labels },
            spec: {
                clusterName: CLUSTER,
                version: config.machines.release,
                failureDomain: zone,
                bootstrap: { configRef: reference(bootstrap) },
                infrastructureRef: reference(template),
            },
        },
    };
    return [template, clusterObject("core", "MachineDeployment", dnsLabel("worker", zone), { spec })];
}

/** Seconds without being ready after which a machine counts as lost. */
const UNREADY_SECONDS = 300;
/** Seconds from power on to a node: firmware, image and kubeadm. */
const STARTING_SECONDS = 1800;

/**
 * Repairs one machine at a time. If two are away, the cause is the facility, which no reboot repairs, and a third would be more than Tier IV
 * bears.
 */
function healthCheck({ apiVersion, kind, name }: MachineObject): MachineObject {
    return clusterObject("core", "MachineHealthCheck", CLUSTER, {
        spec: {
            clusterName: CLUSTER,
            selector: { matchLabels: MEMBERSHIP },
            checks: {
                nodeStartupTimeoutSeconds: STARTING_SECONDS,
                unhealthyNodeConditions: ["False", "Unknown"].map((status) => ({
                    type: "Ready",
                    status,
                    timeoutSeconds: UNREADY_SECONDS,
                })),
            },
            remediation: {
                triggerIf: { unhealthyLessThanOrEqualTo: 1 },
                templateRef: { apiVersion, kind, name },
            },
        },
    });
}

/**
 * A template, named by a digest of its content: machines follow when they are pointed to another one, not when the one that they have is
 * changed.
 * https://cluster-api.sigs.k8s.io/tasks/updating-machine-templates
 */
function named(template: MachineObject): MachineObject {
    const digest = createHash("sha256").update(JSON.stringify(template.spec)).digest("hex");
    return { ...template, name: dnsLabel(template.name, digest.slice(0, 8)) };
}
