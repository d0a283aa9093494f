/** Flows as lines between boxes. Pure. */
import type { Flow } from "../../infra/site/flows";
import { groupBy } from "../group";
import type { PictureEdge, PictureNode } from "./picture";
import { box } from "./site";

/** All of another site or its pods, and what is served in it, as infra/site/outside.ts calls them. */
const SITE = /^(?:site|pods of) ([^ ]+)/;
const SERVED = /^(.+) in ([^ ]+)/;
const REGISTRY = /^(a registry|registry-)/;
/** Boxes of a site that flows go by the name of. What else there is everything asks (dns, the API server), or asks nobody but those. */
const BOXES = ["object-store", "edge", "gazette"];
const OUTSIDERS = /^(allies|everybody)/;

export interface FlowPicture {
    /** Outside of every site that is drawn. */
    readonly nodes: readonly PictureNode[];
    readonly edges: readonly PictureEdge[];
}

/**
 * @param flows of one site; who is outside may have a range in brackets behind the name
 * @param drawn names of the sites that are drawn, of which this is one
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
            // Of what is served each has an address: too many for a box.
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
        // Of two sites that are drawn the one that lets in says where to.
        const isTold = drawn.includes(siteIn(to) ?? "");
        const [one, other] = isTold ? [] : [end(from), end(to)];
        return one === undefined || other === undefined || one === other ? [] : [{ from: one, to: other, port }];
    });
    // They have an order of their own, so that the order in which policies are declared is not seen.
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
