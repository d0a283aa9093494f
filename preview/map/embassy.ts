/** The picture of one site, or of several sites with the lines between them. Pure. */
import type { Flow } from "../../infra/site/flows";
import type { SiteFacts } from "../facility/facts";
import { flowLines } from "./flows";
import type { Picture, PictureEdge } from "./picture";
import { restoreBox, siteBoxes } from "./site";

export interface Drawn {
    readonly facts: SiteFacts;
    readonly flows: readonly Flow[];
}

export function embassyPicture(sites: readonly Drawn[]): Picture {
    // Where the site that it is restored from is drawn too, a restore environment is only one box.
    const isWhole = ({ facts: { from } }: Drawn): boolean =>
        !sites.some(({ facts }) => from !== undefined && facts.name === from);
    const whole = sites.filter(isWhole);
    const names = whole.map(({ facts }) => facts.name);
    const boxes = whole.map(({ facts }) => siteBoxes(facts));
    const lines = whole.map(({ facts, flows }) => flowLines(facts.name, flows, names));
    const restores = sites.filter((site) => !isWhole(site)).map(({ facts }) => facts);
    const outside = new Map(
        [...lines.flatMap(({ nodes }) => nodes), ...restores.map(restoreBox)].map((node) => [node.id, node]),
    );
    return {
        nodes: [...outside.values(), ...boxes.map(({ node }) => node)],
        edges: [
            ...boxes.flatMap(({ edges }) => edges),
            ...paired(lines.flatMap(({ edges }) => edges)),
            ...restores.map(({ name, from = "" }): PictureEdge => ({
                from: `${from}/object-store`,
                to: name,
                kind: "versions",
                text: "",
            })),
        ],
    };
}

/** Equal lines in both directions become one. */
function paired(edges: readonly PictureEdge[]): PictureEdge[] {
    return edges.flatMap((edge, place) => {
        const back = edges.findIndex(
            ({ from, to, text }) => from === edge.to && to === edge.from && text === edge.text,
        );
        return back < 0 ? [edge] : back > place ? [{ ...edge, both: true }] : [];
    });
}
