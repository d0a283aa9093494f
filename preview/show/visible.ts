/** Makes all text visible, so that nobody can hide anything in it. Pure. */
import type { Report } from "../report";

/**
 * A report for people and their tools: a line break becomes a sign, and characters without a shape of their own (control characters, those that
 * turn the direction of a line or have no width, halves of a character) become their code points. In XML, in a terminal and in a
 * browser these are forbidden or misleading: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export function visible(report: Report): Report {
    return all(report) as Report;
}

function all(value: unknown): unknown {
    if (typeof value === "string") {
        return shown(value);
    }
    if (Array.isArray(value)) {
        return value.map(all);
    }
    return typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([name, item]) => [name, all(item)]))
        : value;
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/gu;

function shown(text: string): string {
    return text
        .replaceAll(/[^\S\n]*\n\s*/g, " ⏎ ")
        .replaceAll("\t", " ")
        .replaceAll(HIDDEN, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}
