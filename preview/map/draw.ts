/** Draws a layout as SVG. Pure. */
import { escaped } from "../escaped";
import { describe } from "./describe";
import { legend } from "./legend";
import type { Layout, PlacedBox, PlacedLine, Point } from "./layout";
import { SIZES } from "./measure";
import { MARKS, type Mark, type Picture } from "./picture";
import { ROOT, style } from "./style";

const MARGIN = 6;
const LEGEND = 26;
const SIGNS: Readonly<Record<Mark, string>> = { added: "+", changed: "~", removed: "−" };

/** @param id of the picture in a page; all ids in the picture begin with it */
export function draw(picture: Picture, layout: Layout, id: string, title: string): string {
    const marks = MARKS.filter((mark) =>
        [...layout.boxes.map(({ node }) => node), ...picture.edges].some((one) => one.mark === mark),
    );
    const signs = marks.map((mark) => [mark, SIGNS[mark]] as const);
    const { parts, width: needed } = legend(picture, signs);
    const width = Math.ceil(Math.max(layout.width, needed) + 2 * MARGIN);
    const height = Math.ceil(layout.height + 2 * MARGIN + LEGEND);
    return [
        `<svg xmlns="http://www.w3.org/2000/svg" class="${ROOT}" role="img" aria-labelledby="${id}-title ${id}-desc" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
        `<title id="${id}-title">${escaped(title)}</title>`,
        `<desc id="${id}-desc">${escaped(describe(picture))}</desc>`,
        `<style>\n${style()}\n</style>`,
        `<rect class="ground" width="${width}" height="${height}"/>`,
        `<g transform="translate(${MARGIN} ${MARGIN})">`,
        ...layout.boxes.map(boxOf),
        ...layout.lines.map(lineOf),
        "</g>",
        `<g transform="translate(${MARGIN + SIZES.pad} ${height - LEGEND / 2})">`,
        ...parts,
        "</g>",
        "</svg>",
        "",
    ].join("\n");
}

function boxOf({ node, x, y, width, height }: PlacedBox): string {
    const { kind, title, lines, dots = [], mark } = node;
    const isHost = kind === "host";
    const classes = [kind, ...(isHost && lines[0] === "control-plane" ? ["spare"] : []), ...(mark ? [mark] : [])].join(
        " ",
    );
    const radius = isHost ? (lines[0] === "control-plane" ? height / 2 : 3) : 6;
    const parts = [
        `<title>${escaped([title, ...lines, ...(mark ? [mark] : [])].join(", "))}</title>`,
        `<rect class="b" width="${n(width)}" height="${n(height)}" rx="${n(radius)}"/>`,
        isHost
            ? `<text class="t" x="${n(width / 2)}" y="${n(height / 2 + 4)}" text-anchor="middle">${escaped(title)}</text>`
            : `<text class="t" x="${SIZES.pad}" y="${SIZES.row + 2}">${escaped(title)}</text>`,
        ...(isHost
            ? []
            : lines.map(
                  (line, row) => `<text x="${SIZES.pad}" y="${(row + 2) * SIZES.row + 2}">${escaped(line)}</text>`,
              )),
        ...dots.map((dot, place) => dotOf(dot, SIZES.pad + 6 + place * SIZES.dot, (lines.length + 2) * SIZES.row - 2)),
        ...(mark ? [signOf(mark, width - 2, 3)] : []),
    ];
    return `<g class="${classes}" transform="translate(${n(x)} ${n(y)})">${parts.join("")}</g>`;
}

function dotOf(letter: string, x: number, y: number): string {
    return `<circle class="dot" cx="${x}" cy="${y}" r="6.5"/><text x="${x}" y="${y + 3.4}" text-anchor="middle">${escaped(letter)}</text>`;
}

function lineOf({ edge, points, label }: PlacedLine): string {
    const { kind, text, mark, both } = edge;
    const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${n(x)} ${n(y)}`).join("");
    const middle = label ?? points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
    const parts = [
        `<title>${escaped([`${edge.from} ${both ? "↔" : "→"} ${edge.to}`, text, mark ?? ""].filter((part) => part !== "").join(", "))}</title>`,
        `<path class="l" d="${path}"/>`,
        ...(kind === "flow" || kind === "versions"
            ? [headOf(points), ...(both ? [headOf(points.toReversed())] : [])]
            : []),
        ...(label && text !== "" ? [labelOf(text, label)] : []),
        ...(mark ? [signOf(mark, middle.x, middle.y - (label ? 11 : 0))] : []),
    ];
    return `<g class="${[kind, ...(mark ? [mark] : [])].join(" ")}">${parts.join("")}</g>`;
}

function labelOf(text: string, { x, y }: Point): string {
    return `<text x="${n(x)}" y="${n(y + 3.5)}" text-anchor="middle">${escaped(text)}</text>`;
}

/** The path of an arrow. */
function headOf(points: readonly Point[]): string {
    const [from, to] = [points.at(-2), points.at(-1)];
    if (from === undefined || to === undefined) {
        return "";
    }
    const turn = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    return `<path class="h" transform="translate(${n(to.x)} ${n(to.y)}) rotate(${n(turn)})" d="M0 0L-7 3.5L-7 -3.5Z"/>`;
}

function signOf(mark: Mark, x: number, y: number): string {
    return `<circle class="m" cx="${n(x)}" cy="${n(y)}" r="7"/><text class="sign" x="${n(x)}" y="${n(y + 3.5)}" text-anchor="middle">${SIGNS[mark]}</text>`;
}

/** One digit after the point is enough, and is the same on every machine. */
function n(value: number): string {
    return String(Math.round(value * 10) / 10);
}
