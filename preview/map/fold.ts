/** Keeps a growing picture readable: where there are many similar parts, it draws those with a mark and counts the others. Pure. */
import type { Picture, PictureNode } from "./picture";
import { within } from "./picture";
import { box } from "./site";

/** The most parts of a kind that one box draws separately. */
const MOST: Partial<Record<PictureNode["kind"], number>> = {
    registry: 12,
    host: 6,
    rack: 6,
    zone: 6,
    feed: 6,
    outside: 9,
};

export function folded({ nodes, edges }: Picture): Picture {
    const left = fewer("", nodes);
    const ids = new Set(left.flatMap(within).map(({ id }) => id));
    return { nodes: left, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) };
}

function fewer(around: string, nodes: readonly PictureNode[]): PictureNode[] {
    const counts = new Map<string, number>();
    nodes.forEach(({ kind }) => counts.set(kind, (counts.get(kind) ?? 0) + 1));
    const left = new Map([...counts].map(([kind, count]) => [kind, room(kind as PictureNode["kind"], count)]));
    const cut: PictureNode[] = [];
    // Marked parts are kept first; the kept ones stay in their order.
    const inTurn = nodes.toSorted((one, other) => Number(one.mark === undefined) - Number(other.mark === undefined));
    for (const node of inTurn) {
        const free = left.get(node.kind) ?? 0;
        left.set(node.kind, free - 1);
        cut.push(...(free > 0 ? [] : [node]));
    }
    const kept = nodes
        .filter((node) => !cut.includes(node))
        .map((node) => ({ ...node, children: fewer(node.id, node.children) }));
    return [...kept, ...more(around, cut)];
}

function room(kind: PictureNode["kind"], count: number): number {
    const most = MOST[kind] ?? Infinity;
    // The box that counts the others takes the place of one part.
    return count > most ? most - 1 : count;
}

function more(around: string, cut: readonly PictureNode[]): PictureNode[] {
    const kinds = [...new Set(cut.map(({ kind }) => kind))];
    return kinds.map((kind) => {
        const alike = cut.filter((node) => node.kind === kind);
        const changed = alike.filter(({ mark }) => mark !== undefined).length;
        return box({
            id: `${around}/more ${kind}`,
            kind: kind === "host" ? "host" : "more",
            title: kind === "host" ? `+${alike.length}` : `${alike.length} more`,
            lines: changed > 0 ? [`${changed} of them change`] : [],
            ...(changed > 0 && { mark: "changed" as const }),
        });
    });
}
