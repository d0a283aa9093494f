/** Shows what differs in long values. Pure. */
import { diffArrays } from "diff";

/** Values of so many characters are shown whole. */
const WHOLE = 200;
/** Shown of a longer one, at most. */
const MOST = 400;
/** Shown of what is alike, before and after what differs. */
const AROUND = 30;
/** Words that differ; of values that differ in more, it does not help to look for what is alike. */
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

/** As a shell, JSON and YAML part them, so that an address, a path or an option is one. */
function words(text: string): string[] {
    return text.split(/([\s,;(){}[\]"']+)/);
}

/** What is around what differs. */
function alike(text: string, isFirst: boolean, isLast: boolean): string {
    const [start, end] = [isFirst ? "" : head(text, AROUND), isLast ? "" : tail(text, AROUND)];
    return start.length + end.length >= text.length ? text : `${start}…${end}`;
}

/** From a place on, with the length of all of it where that is not shown. */
function cut(text: Text, from = 0): Text {
    const shown = text === undefined ? text : `${from > 0 ? "…" : ""}${brief(text.slice(from))}`;
    return shown !== undefined && text !== undefined && shown.endsWith("…")
        ? `${shown} (${text.length} characters)`
        : shown;
}

function brief(text: string): string {
    return text.length <= MOST ? text : `${head(text, MOST)}…`;
}

/** Place of the first character in which they differ. */
function parting(one: string, other: string): number {
    let place = 0;
    while (place < one.length && one[place] === other[place]) {
        place++;
    }
    return place;
}

/** No half of a character. */
function head(text: string, length: number): string {
    return text.slice(0, length).replace(/[\ud800-\udbff]$/, "");
}

function tail(text: string, length: number): string {
    return text.slice(-length).replace(/^[\udc00-\udfff]/, "");
}
