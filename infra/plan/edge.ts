/** The allied edge: whom it answers, which registries it asks, and how it is placed. Pure. */
import type { EmbassyConfig } from "../config";
import { REGISTRIES } from "../config/registries";
import { type NetworkPlan, edgeName, registryName } from "./addresses";
import { READER_ROLE, databaseName } from "./database";
import { type ImageLock, imageReference } from "./images";
import { COMMON_LABELS, LABEL } from "./names";
import { quota } from "./quota";
import { SPREAD, type SpreadConstraint } from "./spread";

/** Name of the namespace, and of what is in it. */
export const EDGE = "edge";
/** What selects the edge's pods, and nothing else. */
export const EDGE_SELECTOR = { "app.kubernetes.io/name": EDGE } as const;
/** Above 1023, so that it takes no capability to listen; the Service has the port of HTTPS. */
export const EDGE_PORT = 8443;

const REPLICAS = 2;
const MEMBER = { cpu: "250m", memory: "128Mi" } as const;

/** One of an ally's certificates, `FI-1`. */
export interface AllyCertificate {
    readonly name: string;
    readonly ally: string;
    readonly revoked: boolean;
}

export interface EdgePlan {
    readonly labels: Readonly<Record<string, string>>;
    /** Fixed address of the Service, and the name in its certificate. */
    readonly address: string;
    readonly host: string;
    readonly image: string;
    readonly replicas: number;
    readonly cpu: string;
    readonly memory: string;
    readonly spread: readonly SpreadConstraint[];
    readonly quota: Readonly<Record<string, string>>;
    readonly certificates: readonly AllyCertificate[];
    readonly networks: readonly string[];
    readonly requestsPerMinute: number;
    /** Where each of the registries that run here is asked, and as whom. */
    readonly databases: Readonly<Record<string, { readonly host: string; readonly database: string }>>;
    readonly role: string;
}

/** @returns undefined for a site without an edge */
export function planEdge(
    { site, registries, edge }: Pick<EmbassyConfig, "site" | "registries" | "edge">,
    network: Pick<NetworkPlan, "edge">,
    lock: ImageLock,
): EdgePlan | undefined {
    if (edge === undefined) {
        return undefined;
    }
    const { allies, networks, requestsPerMinute } = edge;
    const running = REGISTRIES.filter((name) => registries[name].running);
    return {
        labels: { ...COMMON_LABELS, ...EDGE_SELECTOR, [LABEL.site]: site.name },
        address: network.edge,
        host: edgeName(site.name),
        image: imageReference(site.imageRegistry, "agents", lock),
        replicas: REPLICAS,
        ...MEMBER,
        spread: SPREAD,
        // One more than there are, for a rolling replacement.
        quota: quota({ count: REPLICAS + 1, containers: [MEMBER] }),
        certificates: Object.entries(allies).flatMap(([ally, { issued, revoked }]) =>
            Array.from({ length: issued }, (_, index) => ({
                name: `${ally}-${index + 1}`,
                ally,
                revoked: revoked.includes(index + 1),
            })),
        ),
        networks,
        requestsPerMinute,
        databases: Object.fromEntries(
            running.map((name) => [name, { host: registryName(name, site.name), database: databaseName(name) }]),
        ),
        role: READER_ROLE,
    };
}
