/**
 * Everything that passes between sites. Each flow leads to one address of the other site, at the port of what is served there, and is let
 * in there only from the first site's pods. A pod's address shows its site and not its registry, because pods are given new ones: a pod
 * that connects for a registry shows a certificate with its name.
 */
import type * as pulumi from "@pulumi/pulumi";
import { dnsLabel } from "../conventions/names";
import type { MonitoringPlan } from "../monitoring/plan";
import { PROMETHEUS, PROMETHEUS_PORT, PROMETHEUS_SELECTOR } from "../conventions/monitoring";
import { type Egress, allow, range, tcp } from "../kubernetes/network-policy";
import type { OtherSite } from "../networking/addresses";
import { BACKUP_LABEL } from "../registries/backups/backup-jobs";
import type { RegistryPlan } from "../registries/plan";
import { DATABASE, PORTS } from "../registries/plan-database";
import { OBJECT_STORE, type ObjectStorePlan, STORE_SELECTOR } from "../storage/plan-object-store";
import { STORE_PORT } from "../storage/store-pod";

interface Placed {
    readonly other: OtherSite;
    readonly namespace: pulumi.Input<string>;
}

/** Port of a store's Service: policies judge the sender by the Service's address and port, and the store by its pod's. */
const HTTPS = 443;

/**
 * A registry's members follow the same registry of the other site, ask it for the right to write, and store there too, as its backup Jobs
 * do. The policies are the same at both sites, whichever of them writes, so that a promotion opens and closes nothing. A restored
 * environment reads the store that it comes from, and nobody reaches it.
 */
export function registryAcrossSites(
    name: string,
    { registry, other, namespace }: Placed & { readonly registry: RegistryPlan },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    const { labels, database } = registry;
    const common = { namespace, labels, ingress: [] };
    const store = to(other.objectStore, HTTPS);
    const members = { ...common, workload: across(DATABASE), selector: database.labels };
    const same = other.registries[registry.name];
    if (!other.isPartner || same === undefined) {
        return [allow(`${name}-members`, { ...members, egress: [store] }, opts)];
    }
    const backupJobs = { workload: across(BACKUP_LABEL["app.kubernetes.io/name"]), selector: BACKUP_LABEL };
    return [
        allow(
            `${name}-members`,
            {
                ...members,
                ingress: [{ from: [range(other.pods)], ports: tcp(PORTS.postgres, PORTS.lease) }],
                egress: [store, to(same.leader, PORTS.postgres), to(same.leaseAgent, PORTS.lease)],
            },
            opts,
        ),
        allow(`${name}-storing`, { ...common, ...backupJobs, egress: [store] }, opts),
    ];
}

/** The other site of a pair stores here too. */
export function storeAcrossSites(
    name: string,
    { store, other, namespace }: Placed & { readonly store: ObjectStorePlan },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    const ingress = [{ from: [range(other.pods)] as const, ports: tcp(STORE_PORT) }];
    const serving = { workload: across(OBJECT_STORE), selector: STORE_SELECTOR, ingress, egress: [] };
    return other.isPartner ? [allow(name, { namespace, labels: store.labels, ...serving }, opts)] : [];
}

/** Who watches a site asks those of the other one whether they judge; nothing else of either is asked. */
export function monitoringAcrossSites(
    name: string,
    { plan, other, namespace }: Placed & { readonly plan: MonitoringPlan },
    opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
    const ingress = [{ from: [range(other.pods)] as const, ports: tcp(PROMETHEUS_PORT) }];
    const egress = other.heartbeats.map((address) => to(address, PROMETHEUS_PORT));
    const watching = { workload: across(PROMETHEUS), selector: PROMETHEUS_SELECTOR, ingress, egress };
    return other.isPartner ? [allow(name, { namespace, labels: plan.labels, ...watching }, opts)] : [];
}

function to(address: string, port: number): Egress {
    return { to: [range(`${address}/32`)], ports: tcp(port) };
}

function across(workload: string): string {
    return dnsLabel(workload, "across-sites");
}
