/** Draws flows as lines between boxes. Pure. */
import type { Flow } from "../../infra/site/flows";
import { groupBy } from "../group";
import type { PictureEdge, PictureNode } from "./picture";
import { box } from "./site";

/** infra/site/outside.ts uses these names for all of another site, its pods, and what is served in it. */
const SITE = /^(?:site|pods of) ([^ ]+)/;
const SERVED = /^(.+) in ([^ ]+)/;
const REGISTRY = /^(a registry|registry-)/;
/** The boxes of a site by which flows are named. Everything asks the remaining parts (DNS, the API server), or they ask nothing else. */
const BOXES = ["object-store", "edge", "gazette"];
const OUTSIDERS = /^(allies|everybody)/;

export interface FlowPicture {
    /** Boxes outside of every site that is drawn. */
    readonly nodes: readonly PictureNode[];
    readonly edges: readonly PictureEdge[];
}

/**
 * @param flows of one site; an outsider's name may have a range in brackets after it
 * @param drawn names of the sites that are drawn; this one is among them
 */
export function flowLines(site: string, flows: readonly Flow[], drawn: readonly string[]): FlowPicture {
    const others = new Map<string, PictureNode>();
    const outside = (title: string, id: string, name: string): string => {
        const range = /\((.+)\)$/.exec(name)?.[1];
        const known = others.get(id)?.lines ?? [];
        const lines = range === undefined || known.includes(range) ? known : [...known, range];
        others.set(id, box({ id, kind: "outside", title, lines }));
        return id;
    };
    const end = (name: string): string | undefined => {
        const peer = siteIn(name);
        if (peer !== undefined) {
            const [, what = "", where] = SERVED.exec(name) ?? [];
            const part = BOXES.includes(what) ? what : "registries";
            // Each served part has its own address, which would be too many for a box.
            return drawn.includes(peer)
                ? `${peer}/${part}`
                : outside(`site ${peer}`, peer, where === undefined ? name : "");
        }
        const outsider = OUTSIDERS.exec(name)?.[1];
        if (outsider !== undefined) {
            return outside(outsider, `${site} ${outsider}`, name);
        }
        return REGISTRY.test(name) ? `${site}/registries` : BOXES.includes(name) ? `${site}/${name}` : undefined;
    };
    const lines = flows.flatMap(({ from, to, port }) => {
        // Where both sites are drawn, the receiving one has the line, because it knows the target.
        const isTold = drawn.includes(siteIn(to) ?? "");
        const [one, other] = isTold ? [] : [end(from), end(to)];
        return one === undefined || other === undefined || one === other ? [] : [{ from: one, to: other, port }];
    });
    // The lines are sorted, so that the order in which policies are declared makes no difference.
    const byEnds = [...groupBy(lines, ({ from, to }) => `${from}\n${to}`)].sort(([one], [other]) =>
        one < other ? -1 : 1,
    );
    const edges = byEnds.flatMap(([, alike]): PictureEdge[] => {
        const [first] = alike;
        const ports = [...new Set(alike.map(({ port }) => port.replace("/TCP", "")))].sort();
        return first === undefined ? [] : [{ from: first.from, to: first.to, kind: "flow", text: ports.join(", ") }];
    });
    return { nodes: [...others.values()].sort((one, other) => (one.id < other.id ? -1 : 1)), edges };
}

function siteIn(name: string): string | undefined {
    return SITE.exec(name)?.[1] ?? SERVED.exec(name)?.[2];
}
