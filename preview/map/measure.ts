/** Measures boxes without a browser, by the largest width that letters of a common sans-serif font have. */
import type { PictureNode } from "./picture";

/** Width in pixels of a letter in a title and in a line. */
const LETTER = { title: 7.9, line: 6.3 } as const;
export const SIZES = { title: 12, line: 10.5, row: 15, pad: 8, dot: 15 } as const;

export interface Size {
    readonly width: number;
    readonly height: number;
}

export const HOST: Size = { width: 38, height: 20 };

export function textWidth(text: string, kind: keyof typeof LETTER): number {
    return Math.ceil(text.length * LETTER[kind]);
}

/** The size of a box without others in it. */
export function leafSize({ kind, title, lines, dots = [] }: PictureNode): Size {
    if (kind === "host") {
        return HOST;
    }
    const widths = [
        textWidth(title, "title"),
        ...lines.map((line) => textWidth(line, "line")),
        dots.length * SIZES.dot,
    ];
    const rows = 1 + lines.length + (dots.length > 0 ? 1 : 0);
    return { width: Math.max(...widths) + 2 * SIZES.pad, height: rows * SIZES.row + SIZES.pad };
}

/** Room above what is in a box, for its own title and lines. */
export function headHeight({ lines }: PictureNode): number {
    return (1 + lines.length) * SIZES.row + SIZES.pad;
}

/** The width that a box needs for its own title and lines, whatever is in it. */
export function headWidth({ title, lines }: PictureNode): number {
    return Math.max(textWidth(title, "title"), ...lines.map((line) => textWidth(line, "line"))) + 2 * SIZES.pad;
}
