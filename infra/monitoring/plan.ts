/** How a site is watched: by whom, for how long what was measured is kept, and what is said to be wrong. Pure. */
import type { MonitoringSection } from "./config";
import { MONITORING, PROMETHEUS, PROMETHEUS_SELECTOR, WATCHING } from "../conventions/monitoring";
import { type ImageLock, imageReference } from "../conventions/images";
import { COMMON_LABELS, LABEL, type Labels } from "../conventions/names";
import type { SiteRole, SiteSection } from "../conventions/site";
import { quota } from "../kubernetes/quota";
import { type NetworkPlan, heartbeatNames } from "../networking/addresses";
import { SPREAD, type SpreadConstraint } from "../kubernetes/spread";
import type { Asking, RegistryPlan } from "../registries/plan";
import type { ReplicationSection } from "../registries/replication/config";
import type { StorageSection } from "../storage/config";
import { prometheusFiles } from "./configuration";
import { type AlertmanagerPlan, planAlertmanager } from "./plan-alertmanager";
import { type StatusPagePlan, planStatusPage } from "./plan-status-page";
import { alerts } from "./rules";

const SERVER = { cpu: "100m", memory: "192Mi" } as const;
/** Resources of a Node.js that lists what a site has. */
const EXPORTER = { cpu: "100m", memory: "128Mi" } as const;

export interface MonitoringPlan {
    readonly labels: Labels;
    readonly role: SiteRole;
    readonly image: string;
    readonly agentsImage: string;
    readonly replicas: number;
    readonly server: { readonly cpu: string; readonly memory: string };
    readonly exporter: { readonly cpu: string; readonly memory: string };
    readonly spread: readonly SpreadConstraint[];
    readonly storage: string;
    readonly storageClass: string;
    readonly quota: Labels;
    /** Prometheus' files: file → content. */
    readonly files: Readonly<Record<string, string>>;
    /** Undefined where nobody may look. */
    readonly statusPage: StatusPagePlan | undefined;
    /** Undefined where nobody outside is told. */
    readonly alertmanager: AlertmanagerPlan | undefined;
    /** Namespaces of the registries whose members are asked, and what selects those. */
    readonly watched: readonly Asking[];
    /** Names of those who watch the other site of a pair, and are asked whether they do; empty in a site that is no half of one. */
    readonly heard: readonly string[];
    /** The names and addresses at which the other site asks the same here, one for each pod. */
    readonly heartbeats: readonly { readonly host: string; readonly address: string }[];
}

/** Who asks a registry's members how they are; undefined in a site that is not watched. */
export function watching({ monitoring }: MonitoringSection): Asking | undefined {
    return monitoring && { namespace: MONITORING, selector: PROMETHEUS_SELECTOR };
}

/** @returns undefined for a site that is not watched */
export function planMonitoring(
    config: SiteSection & StorageSection & ReplicationSection & MonitoringSection,
    network: Pick<NetworkPlan, "heartbeats" | "statusPage">,
    registries: readonly RegistryPlan[],
    lock: ImageLock,
): MonitoringPlan | undefined {
    const { site, storage, monitoring } = config;
    if (monitoring === undefined) {
        return undefined;
    }
    const partner = "partner" in site ? site.partner : undefined;
    const heard = partner === undefined ? [] : heartbeatNames(partner);
    const statusPage = planStatusPage(config, network);
    const alertmanager = planAlertmanager(config, lock);
    const running = registries.filter(({ database }) => database.members > 0);
    return {
        labels: { ...COMMON_LABELS, ...PROMETHEUS_SELECTOR, [LABEL.site]: site.name },
        role: site.role,
        image: imageReference(site.imageRegistry, PROMETHEUS, lock),
        agentsImage: imageReference(site.imageRegistry, "agents", lock),
        replicas: WATCHING,
        server: SERVER,
        exporter: EXPORTER,
        spread: SPREAD,
        storage: monitoring.storage,
        storageClass: storage.class,
        quota: quota(
            {
                count: WATCHING,
                containers: [SERVER, EXPORTER, ...(statusPage ? [statusPage] : [])],
                storage: monitoring.storage,
            },
            ...(alertmanager ? [{ count: 1, containers: [alertmanager] }] : []),
        ),
        files: prometheusFiles({
            site: site.name,
            ...monitoring,
            registries: running,
            heard,
            alerts: alerts(config),
            tells: alertmanager !== undefined,
        }),
        statusPage,
        alertmanager,
        watched: running.map(({ namespace, database }) => ({ namespace, selector: database.labels })),
        heard,
        heartbeats:
            partner === undefined
                ? []
                : heartbeatNames(site.name).map((host, index) => ({ host, address: network.heartbeats[index] ?? "" })),
    };
}
