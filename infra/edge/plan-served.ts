/** What the edge's workloads have in common: a fixed address, and two pods over the feeds, which answer those outside. Pure. */
import { type RegistriesSection, runningOf } from "../registries/config";
import type { SiteSection } from "../conventions/site";
import { registryName } from "../networking/addresses";
import { databaseName } from "../registries/plan-database";
import { type ImageLock, imageReference } from "../conventions/images";
import type { Databases } from "../conventions/agents";
import { COMMON_LABELS, LABEL } from "../conventions/names";
import { SPREAD, type SpreadConstraint } from "../kubernetes/spread";

/** Port above 1023, so that listening takes no capability; the Services have the port of HTTPS. */
export const EDGE_PORT = 8443;

const REPLICAS = 2;
const MEMBER = { cpu: "250m", memory: "128Mi" } as const;

export interface ServedPlan {
    /** Name of the workload, and what selects its pods and nothing else. */
    readonly workload: string;
    readonly selector: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
    /** Fixed address of the Service, and the name in its certificate. */
    readonly address: string;
    readonly host: string;
    readonly image: string;
    readonly replicas: number;
    readonly cpu: string;
    readonly memory: string;
    readonly spread: readonly SpreadConstraint[];
    readonly requestsPerMinute: number;
    /** The databases that it asks and that run here. It connects to each as `role`. */
    readonly databases: Databases;
    readonly role: string;
}

type Own = Pick<ServedPlan, "workload" | "address" | "host" | "requestsPerMinute" | "role"> & {
    /** Registries that it may ask. */
    readonly asks: readonly string[];
};

export function planServed(
    { asks, ...own }: Own,
    config: SiteSection & RegistriesSection,
    lock: ImageLock,
): ServedPlan {
    const { site } = config;
    const selector = edgeSelector(own.workload);
    const running = runningOf(config, asks);
    return {
        ...own,
        selector,
        labels: { ...COMMON_LABELS, ...selector, [LABEL.site]: site.name },
        image: imageReference(site.imageRegistry, "agents", lock),
        replicas: REPLICAS,
        ...MEMBER,
        spread: SPREAD,
        databases: Object.fromEntries(
            running.map((name) => [name, { host: registryName(name, site.name), database: databaseName(name) }]),
        ),
    };
}

export function edgeSelector(workload: string): Record<string, string> {
    return { "app.kubernetes.io/name": workload };
}
