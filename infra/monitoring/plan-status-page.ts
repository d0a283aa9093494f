/** The status page beside Prometheus: who may open it, from where, and at which address. Pure. */
import type { SiteSection } from "../conventions/site";
import { type IssuedCertificate, issuedTo } from "../edge/plan";
import type { NetworkPlan } from "../networking/addresses";
import { statusPageName } from "../networking/addresses";
import type { MonitoringSection } from "./config";

/** Port of the page in Prometheus' pods: above 1023, so that listening takes no capability. */
export const STATUS_PAGE_PORT = 8443;
/** Resources of a Node.js that writes a page when somebody looks. */
const CONTAINER = { cpu: "50m", memory: "96Mi" } as const;

export interface StatusPagePlan {
    readonly site: string;
    readonly address: string;
    readonly host: string;
    readonly cpu: string;
    readonly memory: string;
    readonly networks: readonly [string, ...string[]];
    readonly certificates: readonly IssuedCertificate[];
}

/** @returns undefined for a site in which nobody may look */
export function planStatusPage(
    { site, monitoring }: SiteSection & MonitoringSection,
    network: Pick<NetworkPlan, "statusPage">,
): StatusPagePlan | undefined {
    const viewers = monitoring?.viewers;
    return (
        viewers && {
            site: site.name,
            address: network.statusPage,
            host: statusPageName(site.name),
            ...CONTAINER,
            // The configuration names at least one.
            networks: viewers.networks as [string, ...string[]],
            certificates: issuedTo(viewers.persons),
        }
    );
}
