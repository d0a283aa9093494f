/** Draws a site as boxes: what runs there, and the facility below it. Pure. */
import { groupBy } from "../group";
import type { SiteFacts } from "../facility/facts";
import type { PictureEdge, PictureNode } from "./picture";

type Box = Pick<PictureNode, "id" | "kind" | "title"> & Partial<PictureNode>;

export function box(rest: Box): PictureNode {
    return { lines: [], children: [], ...rest };
}

export interface SitePicture {
    readonly node: PictureNode;
    readonly edges: readonly PictureEdge[];
}

/** How a restore environment is drawn beside other sites: its content is that of the site that it is restored from. */
export function restoreBox({ name }: SiteFacts): PictureNode {
    return box({ id: name, kind: "outside", title: name, lines: ["comes up from", "backups"] });
}

export function siteBoxes(facts: SiteFacts): SitePicture {
    const { name, role, country, edge, registries, store } = facts;
    const own = (part: string): string => `${name}/${part}`;
    const zones = zonesOf(facts);
    const inhabited = zones.filter(({ hasWorkers }) => hasWorkers);
    const letters = [...new Set(inhabited.flatMap(({ feeds: [first = ""] }) => first))];
    const feeds = Object.entries(facts.cluster.feeds).map(([feed, kw]) =>
        box({ id: own(`feed ${feed}`), kind: "feed", title: `feed ${feed}`, lines: [`${kw} kW`] }),
    );
    const children = [
        ...(edge === undefined
            ? []
            : [box({ id: own("edge"), kind: "service", title: "edge", lines: [`for ${edge.allies.join(", ")}`] })]),
        ...(edge?.isPublic
            ? [box({ id: own("gazette"), kind: "service", title: "gazette", lines: ["legislation"] })]
            : []),
        box({
            id: own("registries"),
            kind: "registries",
            title: "registries",
            children: registries.map(({ name: registry, members, running }) =>
                box({
                    id: own(`registries/${registry}`),
                    kind: "registry",
                    title: registry,
                    // The scheduler spreads members evenly over the zones, one after the other.
                    ...(running
                        ? { dots: Array.from({ length: members }, (_, index) => letters[index % letters.length] ?? "") }
                        : { lines: ["does not run yet"] }),
                }),
            ),
        }),
        box({ id: own("object-store"), kind: "store", title: "object store", lines: [`write-once, ${store}`] }),
        ...zones.map(({ node }) => node),
        ...feeds,
    ];
    return {
        node: box({ id: name, kind: "site", title: name, lines: [`${role}, ${country}`], children }),
        edges: [
            ...inhabited.map(({ node: { id } }): PictureEdge => ({
                from: own("registries"),
                to: id,
                kind: "hosted",
                text: "",
            })),
            ...zones.flatMap(({ node, feeds: on }) =>
                on.map((feed): PictureEdge => ({ from: node.id, to: own(`feed ${feed}`), kind: "power", text: "" })),
            ),
        ],
    };
}

interface Zone {
    readonly node: PictureNode;
    readonly feeds: readonly string[];
    readonly hasWorkers: boolean;
}

/** Racks with the same connections share a box. */
function zonesOf({ name, cluster, hosts }: SiteFacts): Zone[] {
    const { racks, switches, loops } = cluster;
    const plugged = ({ feeds, loops: on }: (typeof racks)[string]): string =>
        `${feeds.join("+")} cooled by ${on.join("+")}`;
    const groups = groupBy(Object.entries(racks), ([, rack]) => plugged(rack));
    return [...groups].flatMap(([id, alike]): Zone[] => {
        const [[, first] = []] = alike;
        if (first === undefined) {
            return [];
        }
        const inside = hosts.filter(({ rack }) => alike.some(([one]) => one === rack));
        const node = box({
            id: `${name}/zone ${id}`,
            kind: "zone",
            title: `zone ${first.feeds[0] ?? ""}`,
            lines: [`cooling ${first.loops.map((loop) => `${loop} ${loops[loop] ?? "?"} kW`).join(", ")}`],
            children: alike.map(([rack]) =>
                box({
                    id: `${name}/rack ${rack}`,
                    kind: "rack",
                    title: `rack ${rack}`,
                    lines: Object.entries(switches)
                        .filter(([, { rack: at }]) => at === rack)
                        .map(([own, { uplinks }]) => `switch ${own}, uplink ${uplinks.join(", ")}`),
                    children: inside.filter((host) => host.rack === rack).map((host) => hostBox(name, host)),
                }),
            ),
        });
        return [{ node, feeds: first.feeds, hasWorkers: inside.some(({ role }) => role === "worker") }];
    });
}

function hostBox(site: string, { name, role, cpu, memory, watts }: SiteFacts["hosts"][number]): PictureNode {
    const lines = [role, `${cpu} cores, ${memory}, ${watts} W`];
    return box({ id: `${site}/host ${name}`, kind: "host", title: name, lines });
}
