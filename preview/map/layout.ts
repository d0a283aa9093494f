/** Places boxes and lines with the Eclipse Layout Kernel. */
import type { ElkExtendedEdge, ElkNode } from "elkjs/lib/elk.bundled.js";
import { graphOf } from "./elk-graph";
import { type Picture, type PictureEdge, type PictureNode, within } from "./picture";

export interface Point {
    readonly x: number;
    readonly y: number;
}

export interface PlacedBox extends Point {
    readonly node: PictureNode;
    readonly width: number;
    readonly height: number;
}

export interface PlacedLine {
    readonly edge: PictureEdge;
    /** The line's points from its start to its end. */
    readonly points: readonly Point[];
    /** The middle of its text. */
    readonly label: Point | undefined;
}

export interface Layout {
    readonly width: number;
    readonly height: number;
    /** A box comes before the boxes in it. */
    readonly boxes: readonly PlacedBox[];
    readonly lines: readonly PlacedLine[];
}

export async function layOut(picture: Picture): Promise<Layout> {
    // The library loads slowly, and most reports are never drawn.
    const { default: library } = await import("elkjs/lib/elk.bundled.js");
    const { root, routes } = graphOf(picture);
    const placed = await new library.default().layout(root);
    const nodes = new Map(picture.nodes.flatMap(within).map((node) => [node.id, node]));
    const boxes: PlacedBox[] = [];
    const pieces = new Map<string, Piece>();
    const read = (elk: ElkNode, origin: Point): void => {
        (elk.edges ?? []).forEach((edge) => pieces.set(edge.id, pieceOf(edge, origin)));
        for (const child of elk.children ?? []) {
            const at = { x: origin.x + (child.x ?? 0), y: origin.y + (child.y ?? 0) };
            const node = nodes.get(child.id);
            if (node !== undefined) {
                boxes.push({ ...at, node, width: child.width ?? 0, height: child.height ?? 0 });
            }
            read(child, at);
        }
    };
    read(placed, { x: 0, y: 0 });
    const lines = routes.map(({ edge, pieces: ids, isReversed }) => {
        const found = ids.flatMap((id) => pieces.get(id) ?? []);
        const all = found.flatMap((piece) => piece.points);
        // Each piece begins where another one ends, so double points are removed.
        const points = all.filter(({ x, y }, index) => x !== all[index - 1]?.x || y !== all[index - 1]?.y);
        return {
            edge,
            points: isReversed ? points.toReversed() : points,
            label: found.find(({ label }) => label)?.label,
        };
    });
    return { width: placed.width ?? 0, height: placed.height ?? 0, boxes, lines };
}

type Piece = Pick<PlacedLine, "points" | "label">;

function pieceOf({ sections = [], labels = [] }: ElkExtendedEdge, { x, y }: Point): Piece {
    const points = sections.flatMap(({ startPoint, bendPoints = [], endPoint }) => [
        startPoint,
        ...bendPoints,
        endPoint,
    ]);
    const [text] = labels;
    return {
        points: points.map((point) => ({ x: x + point.x, y: y + point.y })),
        label: text && {
            x: x + (text.x ?? 0) + (text.width ?? 0) / 2,
            y: y + (text.y ?? 0) + (text.height ?? 0) / 2,
        },
    };
}
