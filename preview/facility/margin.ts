/** The margin of a site in the form that a report needs. Pure. */
import { amount } from "../../infra/conventions/quantity";
import { TOPOLOGY } from "../../infra/conventions/names";
import { siteFrom } from "../../infra/cluster/facility";
import { siteBounds } from "../../infra/cluster/facility/availability";
import { type Left, marginOf, share } from "../../infra/cluster/facility/margin";
import type { SiteFacts } from "./facts";
import type { FacilityMargin } from "./report";

const GIB = 2 ** 30;

export function facilityMargin({ cluster, hosts, workloads }: SiteFacts): FacilityMargin {
    const site = siteFrom(cluster, hosts, workloads);
    const { whole, closest, least } = marginOf(site);
    const feeds = Object.keys(cluster.feeds).flatMap((name) => {
        const [now, worst] = [whole, least].map((all) => all.find(({ what }) => what === `feed ${name}`));
        const fault = least.find(({ what }) => what === `feed ${name}`);
        if (now === undefined || worst === undefined || fault === undefined) {
            return [];
        }
        const { fails, during } = fault;
        const zone = hosts.filter(({ role, labels }) => role === "worker" && labels[TOPOLOGY.zone] === `feed-${name}`);
        const total = (of: (host: SiteFacts["hosts"][number]) => number): number =>
            zone.reduce((sum, host) => sum + of(host), 0);
        return {
            name,
            watts: now.of,
            load: now.of - now.left,
            most: worst.of - worst.left,
            fails,
            ...(during !== undefined && { during }),
            hosts: zone.length,
            cores: total(({ cpu }) => amount(cpu)),
            gibibytes: total(({ memory }) => amount(memory)) / GIB,
            pods: total(({ pods }) => pods),
            disks: total(({ disks }) => disks?.count ?? 0),
        };
    });
    const { low, high, pairs, likeliest } = siteBounds(site);
    return {
        closest: { ...closest, left: scarce(closest.left) },
        least: [...least],
        availability: { low, high, pairs, likeliest: [...likeliest] },
        feeds,
    };
}

/** The parts that cannot lose anything more; where there are none, the scarcest ones. */
function scarce(all: readonly Left[]): Left[] {
    const least = Math.min(...all.map(share));
    // A part that needs nothing here has a counterpart in the other site.
    return all.filter((one) => share(one) <= Math.max(least, 0) && (one.needed > 0 || one.left < 0 || least > 0));
}
