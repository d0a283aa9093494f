/** Converts a picture for the Eclipse Layout Kernel. Pure. */
import type { ElkExtendedEdge, ElkNode, ElkPort } from "elkjs/lib/elk-api.js";
import { headHeight, headWidth, leafSize, SIZES, textWidth } from "./measure";
import { type Picture, type PictureEdge, type PictureNode, within } from "./picture";

/** The number of boxes side by side. */
const COLUMNS: Partial<Record<PictureNode["kind"], number>> = { registries: 3, rack: 3, zone: 1 };
const GAP: Partial<Record<PictureNode["kind"], number>> = { rack: 4 };

/** https://eclipse.dev/elk/reference/options.html */
const LAYERED = {
    "elk.algorithm": "layered",
    "elk.edgeRouting": "ORTHOGONAL",
    "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
    "elk.layered.crossingMinimization.forceNodeModelOrder": "true",
    "elk.layered.nodePlacement.strategy": "NETWORK_SIMPLEX",
    "elk.layered.spacing.nodeNodeBetweenLayers": "28",
    "elk.layered.spacing.edgeNodeBetweenLayers": "12",
    "elk.layered.spacing.edgeEdgeBetweenLayers": "10",
    "elk.spacing.nodeNode": "14",
    "elk.spacing.edgeNode": "12",
    "elk.edgeLabels.inline": "true",
};

/** A site is drawn from the top: those who ask, what they ask, where that is stored, where it stands, and what feeds it. */
const RANK: Readonly<Record<PictureNode["kind"], number>> = {
    outside: 0,
    site: 1,
    service: 2,
    registries: 3,
    registry: 3,
    store: 4,
    more: 4,
    zone: 5,
    rack: 5,
    host: 5,
    feed: 6,
};

/** A line that leaves a site has several pieces: one in each site at an end of it, and one between. These are their ids, in order. */
export interface Route {
    readonly edge: PictureEdge;
    readonly pieces: readonly string[];
    /** The layout goes from the line's end to its start. */
    readonly isReversed: boolean;
}

export interface Graph {
    readonly root: ElkNode;
    readonly routes: readonly Route[];
}

export function graphOf({ nodes, edges }: Picture): Graph {
    const all = nodes.flatMap((top) => within(top).map((node) => ({ node, top })));
    const places = new Map(all.map(({ node, top }, place) => [node.id, { node, top, place }]));
    const around = new Map<string, { readonly edges: ElkExtendedEdge[]; readonly ports: ElkPort[] }>(
        nodes.map(({ id }) => [id, { edges: [], ports: [] }]),
    );
    const between: ElkExtendedEdge[] = [];
    const routes = edges.flatMap((edge, index): Route[] => {
        const [from, to] = [places.get(edge.from), places.get(edge.to)];
        if (from === undefined || to === undefined) {
            return [];
        }
        const [key, sameTop] = [`line ${index}`, from.top === to.top];
        const rank = ({ node, top, place }: typeof from): number =>
            RANK[(sameTop ? node : top).kind] * all.length + place;
        const isReversed = rank(from) > rank(to);
        const [first, last] = isReversed ? [to, from] : [from, to];
        const label = labelOf(edge.text);
        if (sameTop) {
            around
                .get(from.top.id)
                ?.edges.push({ id: key, sources: [first.node.id], targets: [last.node.id], ...label });
            return [{ edge, pieces: [key], isReversed }];
        }
        const ends = [
            { ...first, side: "EAST" },
            { ...last, side: "WEST" },
        ].map(({ node, top, side }) => {
            if (node === top) {
                return { id: node.id };
            }
            const [port, piece] = [`${key} at ${top.id}`, `${key} in ${top.id}`];
            around.get(top.id)?.ports.push({ id: port, width: 0, height: 0, layoutOptions: { "elk.port.side": side } });
            const [source, target] = side === "EAST" ? [node.id, port] : [port, node.id];
            around.get(top.id)?.edges.push({ id: piece, sources: [source], targets: [target] });
            return { id: port, piece };
        });
        const [source, target] = ends as [(typeof ends)[number], (typeof ends)[number]];
        between.push({ id: key, sources: [source.id], targets: [target.id], ...label });
        const pieces = [source.piece, key, target.piece].flatMap((piece) => piece ?? []);
        return [{ edge, pieces, isReversed }];
    });
    const children = nodes.map((node) => {
        const { edges: inside = [], ports = [] } = around.get(node.id) ?? {};
        return { ...elkNode(node), ports, edges: [...inside, ...below(node)] };
    });
    const layoutOptions = { ...LAYERED, "elk.direction": "RIGHT", "elk.layered.spacing.nodeNodeBetweenLayers": "36" };
    return { root: { id: "picture", layoutOptions, children, edges: between }, routes };
}

function labelOf(text: string): Pick<ElkExtendedEdge, "labels"> {
    return text === "" ? {} : { labels: [{ text, width: textWidth(text, "line") + SIZES.pad, height: SIZES.row }] };
}

/** Invisible edges that put a site's zones below what runs there, because any zone may run it. */
function below({ id, children }: PictureNode): ElkExtendedEdge[] {
    const stores = children.filter(({ kind }) => kind === "store");
    const zones = children.filter(({ kind }) => kind === "zone");
    return stores.flatMap((store) =>
        zones.map((zone) => ({ id: `${id}: ${zone.id} below`, sources: [store.id], targets: [zone.id] })),
    );
}

function elkNode(node: PictureNode): ElkNode {
    const { id, kind, children } = node;
    if (children.length === 0) {
        return { id, ...leafSize(node) };
    }
    const inside = children.map(elkNode);
    const padding = `[top=${headHeight(node)},left=${SIZES.pad},bottom=${SIZES.pad},right=${SIZES.pad}]`;
    const common = {
        "elk.padding": padding,
        "elk.nodeSize.constraints": "MINIMUM_SIZE",
        "elk.nodeSize.minimum": `(${headWidth(node)}, 0)`,
    };
    if (kind === "site") {
        const layoutOptions = {
            ...LAYERED,
            ...common,
            "elk.direction": "DOWN",
            "elk.hierarchyHandling": "INCLUDE_CHILDREN",
            "elk.portConstraints": "FIXED_SIDE",
        };
        return { id, layoutOptions, children: inside };
    }
    // Rows of boxes that are all as wide as the widest.
    const width = Math.max(...inside.map((child) => child.width ?? 0));
    const gap = GAP[kind] ?? SIZES.pad;
    const columns = Math.min(COLUMNS[kind] ?? children.length, children.length);
    const layoutOptions = {
        ...common,
        "elk.algorithm": "rectpacking",
        "elk.hierarchyHandling": "SEPARATE_CHILDREN",
        "elk.spacing.nodeNode": `${gap}`,
        ...(kind === "zone" && { "elk.rectpacking.whiteSpaceElimination.strategy": "EQUAL_BETWEEN_STRUCTURES" }),
        "elk.rectpacking.widthApproximation.strategy": "TARGET_WIDTH",
        "elk.rectpacking.widthApproximation.targetWidth": `${columns * width + (columns - 1) * gap + 1}`,
    };
    return {
        id,
        layoutOptions,
        children: inside.map((child) => (child.children === undefined ? { ...child, width } : child)),
    };
}
