/** The public's page at the edge: who may read it, and which registry it reads. Pure. */
import type { EdgeSection } from "./config";
import type { NetworkingSection } from "../networking/config";
import type { RegistriesSection } from "../registries/config";
import type { SiteSection } from "../conventions/site";
import { cidr } from "../conventions/cidr";
import { type NetworkPlan, gazetteName } from "../networking/addresses";
import { GAZETTE_READS } from "../conventions/registries";
import type { ImageLock } from "../conventions/images";
import { GAZETTE_ROLE } from "../registries/roles";
import { type ServedPlan, planServed } from "./plan-served";

/** Name of the workload. */
export const GAZETTE = "gazette";

export interface GazettePlan extends ServedPlan {
    /** The CIDRs that the public connects from, and the ranges in them that are not let in: the sites. */
    readonly networks: readonly { readonly cidr: string; readonly except: readonly string[] }[];
    /** ISO 3166-1 alpha-2: readers are told where they read. */
    readonly country: string;
}

/** @returns undefined for a site without such a page */
export function planGazette(
    config: SiteSection & RegistriesSection & NetworkingSection & EdgeSection,
    network: Pick<NetworkPlan, "gazette">,
    lock: ImageLock,
): GazettePlan | undefined {
    const { site, networking, edge } = config;
    if (edge?.public === undefined) {
        return undefined;
    }
    const { networks, requestsPerMinute } = edge.public;
    const sites = [networking.block, ...Object.values(networking.peers).map(({ block }) => block)];
    const own = {
        workload: GAZETTE,
        address: network.gazette,
        host: gazetteName(site.name),
        requestsPerMinute,
        role: GAZETTE_ROLE,
        asks: [GAZETTE_READS],
    };
    return {
        ...planServed(own, config, lock),
        networks: networks.map((range) => ({
            cidr: range,
            except: sites.filter((block) => cidr.contains(range, block)),
        })),
        country: site.country,
    };
}
