/** The edge: whom it answers, which registries it asks, and the public's page at its side. Pure. */
import type { EdgeSection } from "./config";
import type { NetworkingSection } from "../networking/config";
import type { RegistriesSection } from "../registries/config";
import type { SiteSection } from "../conventions/site";
import { type NetworkPlan, edgeName } from "../networking/addresses";
import { type GazettePlan, planGazette } from "./plan-gazette";
import type { ImageLock } from "../conventions/images";
import { quota } from "../kubernetes/quota";
import type { Asking } from "../registries/plan";
import { EDGE_API_ROLE } from "../registries/roles";
import { type ServedPlan, planServed } from "./plan-served";

/** Name of the namespace, and of what allies ask in it. */
export const EDGE = "edge";

/** One of the certificates of an ally, `FI-1`, or of another who is issued some. */
export interface IssuedCertificate {
    readonly name: string;
    readonly ally: string;
    readonly revoked: boolean;
}

/** The plan of the workload that allies ask. */
export interface EdgePlan extends ServedPlan {
    /** Quota of the namespace. */
    readonly quota: Readonly<Record<string, string>>;
    readonly certificates: readonly IssuedCertificate[];
    readonly networks: readonly string[];
    /** Undefined for a site whose edge is for allies alone. */
    readonly gazette: GazettePlan | undefined;
}

/** Which of the edge's workloads may ask a registry. */
export function asking(registry: string, edge: EdgePlan | undefined): Asking[] {
    return [edge, edge?.gazette]
        .flatMap((served) => served ?? [])
        .filter(({ databases }) => registry in databases)
        .map(({ selector }) => ({ namespace: EDGE, selector }));
}

/** The certificates of everybody in a section of the stack file, numbered from 1. */
export function issuedTo(
    all: Readonly<Record<string, { readonly issued: number; readonly revoked: readonly number[] }>>,
): IssuedCertificate[] {
    return Object.entries(all).flatMap(([ally, { issued, revoked }]) =>
        Array.from({ length: issued }, (_, index) => ({
            name: `${ally}-${index + 1}`,
            ally,
            revoked: revoked.includes(index + 1),
        })),
    );
}

/** @returns undefined for a site without an edge */
export function planEdge(
    config: SiteSection & RegistriesSection & NetworkingSection & EdgeSection,
    network: Pick<NetworkPlan, "edge" | "gazette">,
    lock: ImageLock,
): EdgePlan | undefined {
    const { site, registries, edge } = config;
    if (edge === undefined) {
        return undefined;
    }
    const { allies, networks, requestsPerMinute } = edge;
    const own = {
        workload: EDGE,
        address: network.edge,
        host: edgeName(site.name),
        requestsPerMinute,
        role: EDGE_API_ROLE,
        asks: Object.keys(registries),
    };
    const served = planServed(own, config, lock);
    const gazette = planGazette(config, network, lock);
    return {
        ...served,
        // A rolling replacement needs room for one pod more.
        quota: quota(
            ...[served, ...(gazette === undefined ? [] : [gazette])].map((each) => ({
                count: each.replicas + 1,
                containers: [each],
            })),
        ),
        certificates: issuedTo(allies),
        networks,
        gazette,
    };
}
