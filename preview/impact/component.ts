/** Finds what depends on a part of the facility: what fails with it, and what is left. Pure. */
import { place, siteFrom } from "../../infra/cluster/facility";
import { type Left, afterLossOf } from "../../infra/cluster/facility/margin";
import type { SiteFacts } from "../facility/facts";
import { leftTexts } from "../facility/words";
import type { Found } from "./impact";

/** `cluster/host/a1-1` → `host a1-1`, for every component. */
export function componentNames({ cluster, hosts, workloads }: SiteFacts): Map<string, string> {
    const { facility } = siteFrom(cluster, hosts, workloads);
    return new Map(
        facility.map(({ kind, name }) => {
            const word = kind === "cooling loop" ? "loop" : kind;
            return [`cluster/${word}/${name.slice(kind.length + 1)}`, name];
        }),
    );
}

export function impactOfComponent(name: string, { cluster, hosts, workloads }: SiteFacts): Found {
    const site = siteFrom(cluster, hosts, workloads);
    const { down, left } = afterLossOf(site, place(site.facility, name));
    const fallen = site.facility.filter((_, index) => down[index]).map((component) => component.name);
    const isLacking = (one: Left): boolean => one.left < one.needed;
    const hostsDown = fallen.filter((one) => one.startsWith("host "));
    return {
        stops: [
            ...fallen.filter((one) => one !== name).map((who) => ({ who, what: `falls with ${name}` })),
            ...left
                .filter(isLacking)
                .map(({ what, ...one }) => ({ who: what, what: `${one.left} ${one.unit}, ${one.needed} needed` })),
        ],
        goesOn: leftTexts(left.filter((one) => !isLacking(one))).map((what) => ({ who: "left, at the worst", what })),
        unreachable: [],
        // A volume stays on its host; workloads without one have been started elsewhere by then.
        restarts: hostsDown.length === 0 ? [] : [hostsDown, ["members whose volumes are on them"]],
    };
}
