/** Shows where long values differ. Pure. */
import { diffArrays } from "diff";

/** Values of up to this many characters are shown whole. */
const WHOLE = 200;
/** The most characters that are shown of a longer one. */
const MOST = 400;
/** Characters that are shown of the equal parts, before and after a difference. */
const AROUND = 30;
/** The most words that may differ; with more of them, looking for equal parts does not help. */
const WORDS = 200;

type Text = string | undefined;

/** Both sides, each whole or with `…` for what is alike or too long. */
export function excerpts(before: Text, after: Text): [Text, Text] {
    if ([before, after].every((text) => text === undefined || text.length <= WHOLE)) {
        return [before, after];
    }
    if (before === undefined || after === undefined) {
        return [cut(before), cut(after)];
    }
    const parts = diffArrays(words(before), words(after), { maxEditLength: WORDS });
    if (parts === undefined) {
        const from = Math.max(0, parting(before, after) - AROUND);
        return [cut(before, from), cut(after, from)];
    }
    const side = (other: "added" | "removed"): string =>
        parts
            .map((part, index) =>
                part[other]
                    ? ""
                    : part.added || part.removed
                      ? part.value.join("")
                      : alike(part.value.join(""), index === 0, index === parts.length - 1),
            )
            .join("");
    return [brief(side("added")), brief(side("removed"))];
}

/** Splits a text as shells, JSON and YAML do, so that an address, a path or an option is one word. */
function words(text: string): string[] {
    return text.split(/([\s,;(){}[\]"']+)/);
}

/** The part of an equal text that is next to a difference. */
function alike(text: string, isFirst: boolean, isLast: boolean): string {
    const [start, end] = [isFirst ? "" : head(text, AROUND), isLast ? "" : tail(text, AROUND)];
    return start.length + end.length >= text.length ? text : `${start}…${end}`;
}

/** The text from a position on, with the length of the whole where it is not all shown. */
function cut(text: Text, from = 0): Text {
    const shown = text === undefined ? text : `${from > 0 ? "…" : ""}${brief(text.slice(from))}`;
    return shown !== undefined && text !== undefined && shown.endsWith("…")
        ? `${shown} (${text.length} characters)`
        : shown;
}

function brief(text: string): string {
    return text.length <= MOST ? text : `${head(text, MOST)}…`;
}

/** Position of the first character in which the texts differ. */
function parting(one: string, other: string): number {
    let place = 0;
    while (place < one.length && one[place] === other[place]) {
        place++;
    }
    return place;
}

/** The beginning of a text, without half a character at its end. */
function head(text: string, length: number): string {
    return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

function tail(text: string, length: number): string {
    return text.slice(-length).replace(/^[\udc00-\udfff]/, "");
}
