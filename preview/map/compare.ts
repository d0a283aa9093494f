/** Combines two pictures into one, in which each part that differs has a mark. Pure. */
import type { Mark, Picture, PictureEdge, PictureNode } from "./picture";
import { within } from "./picture";

type Touched = (id: string) => boolean;

/** @param touched tells whether something changes in a box that is not drawn itself */
export function comparePictures(before: Picture, after: Picture, touched: Touched): Picture {
    return { nodes: nodesOf(before.nodes, after.nodes, touched), edges: edgesOf(before.edges, after.edges) };
}

/** The number of parts with each mark. */
export function marked({ nodes, edges }: Picture): { readonly mark: Mark; readonly title: string }[] {
    const titles = new Map(nodes.flatMap(within).map(({ id, title }) => [id, title]));
    const titled = (id: string): string => titles.get(id) ?? id;
    return [
        ...nodes.flatMap(within).map(({ mark, title }) => ({ mark, title })),
        ...edges.map(({ mark, from, to, text }) => ({
            mark,
            title: `flow from ${titled(from)} to ${titled(to)} (${text})`,
        })),
    ].flatMap(({ mark, title }) => (mark === undefined ? [] : { mark, title }));
}

function nodesOf(olds: readonly PictureNode[], news: readonly PictureNode[], touched: Touched): PictureNode[] {
    const ids = new Set(news.map(({ id }) => id));
    return [
        ...news.map((next) => {
            const old = olds.find(({ id }) => id === next.id);
            return old === undefined ? all(next, "added") : together(old, next, touched);
        }),
        ...olds.filter(({ id }) => !ids.has(id)).map((old) => all(old, "removed")),
    ];
}

function together(old: PictureNode, next: PictureNode, touched: Touched): PictureNode {
    const changed = shown(old) !== shown(next) || touched(next.id);
    const children = nodesOf(old.children, next.children, touched);
    return { ...next, children, ...(changed && { mark: "changed" }) };
}

function shown({ title, lines, dots }: PictureNode): string {
    return JSON.stringify([title, lines, dots]);
}

function all(node: PictureNode, mark: Mark): PictureNode {
    return { ...node, mark, children: node.children.map((child) => all(child, mark)) };
}

function edgesOf(olds: readonly PictureEdge[], news: readonly PictureEdge[]): PictureEdge[] {
    const same = (one: PictureEdge) => (other: PictureEdge) =>
        one.from === other.from && one.to === other.to && one.kind === other.kind;
    return [
        ...news.map((next): PictureEdge => {
            const old = olds.find(same(next));
            const mark =
                old === undefined ? "added" : old.text === next.text && old.both === next.both ? undefined : "changed";
            return { ...next, ...(mark && { mark }) };
        }),
        ...olds.filter((old) => !news.some(same(old))).map((old): PictureEdge => ({ ...old, mark: "removed" })),
    ];
}
