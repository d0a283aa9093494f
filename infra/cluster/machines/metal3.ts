/** The facility's hosts and how machines are made of them, in the terms of Metal3. https://book.metal3.io/capm3/introduction */
import type { SiteSection } from "../../conventions/site";
import type { MachinesConfig } from "./config";
import { managementName } from "../../networking/addresses";
import { type Host } from "../facility/inventory";
import { LABEL, TOPOLOGY } from "../../conventions/names";
import { type MachineObject, type Role, clusterObject } from "./names";

/** https://github.com/metal3-io/cluster-api-provider-metal3/blob/main/docs/api.md */
const FAILURE_DOMAIN = "infrastructure.cluster.x-k8s.io/failure-domain";
const SYNC = "metal3.io/metal3-label-sync-prefixes";

/** A host's zone, as schedulers know it. */
export function zoneOf({ labels }: Host): string {
    return labels[TOPOLOGY.zone] ?? "";
}

export function bareMetalHost(site: string, host: Host, { bmc, systemDisk }: MachinesConfig): MachineObject {
    return {
        apiVersion: "metal3.io/v1alpha1",
        kind: "BareMetalHost",
        name: host.name,
        labels: { ...host.labels, [LABEL.role]: host.role, [FAILURE_DOMAIN]: zoneOf(host) },
        spec: {
            online: true,
            bmc: {
                address: `${bmc.driver}://${managementName(host.name, site)}${bmc.system}`,
                // This Secret is created by hand.
                credentialsName: `${host.name}-bmc`,
            },
            rootDeviceHints: { deviceName: systemDisk },
            // By default the partition table of every disk is wiped when a machine is given up, and the registries' data is on the other disks.
            automatedCleaningMode: "disabled",
        },
    };
}

/** @param endpoint of the API server */
export function metal3Cluster(name: string, hosts: readonly Host[], endpoint: object): MachineObject {
    const zones = [...new Set(hosts.map(zoneOf))].sort();
    const holdsControlPlane = (zone: string): boolean =>
        hosts.some((host) => host.role === "control-plane" && zoneOf(host) === zone);
    // Nodes get their zone and rack from their hosts' labels.
    const prefixes = [...new Set([TOPOLOGY.zone, TOPOLOGY.rack].map((label) => label.split("/")[0]))];
    return clusterObject("infrastructure", "Metal3Cluster", name, {
        annotations: { [SYNC]: prefixes.join(",") },
        spec: {
            controlPlaneEndpoint: endpoint,
            cloudProviderEnabled: false,
            failureDomains: zones.map((zone) => ({ name: zone, controlPlane: holdsControlPlane(zone) })),
        },
    });
}

/**
 * Machines on the hosts of a role, or on those of one feed where it is given. `hostSelector` keeps them there: where a failure domain has no
 * host left, Metal3 takes one of another.
 */
export function machineTemplate(
    name: string,
    { site, machines }: SiteSection & { readonly machines: MachinesConfig },
    role: Role,
    feed?: string,
): MachineObject {
    const url = `oci://${site.imageRegistry}/machine:${machines.release}`;
    const matchLabels = { [LABEL.role]: role, ...(feed !== undefined && { [LABEL.feed]: feed }) };
    return clusterObject("infrastructure", "Metal3MachineTemplate", name, {
        spec: { template: { spec: { image: { url }, hostSelector: { matchLabels } } } },
    });
}

/** Powers a machine off and on, and waits. A machine that does not come back is given up and made anew on its host, whose other disks stay. */
export function rebooting(name: string): MachineObject {
    return clusterObject("infrastructure", "Metal3RemediationTemplate", name, {
        spec: { template: { spec: { strategy: { type: "Reboot", retryLimit: 2, timeoutSeconds: 600 } } } },
    });
}
