/** Text that nobody can hide anything in. Pure. */
import type { Report } from "../report";

/**
 * A report as the formats for people and their tools tell it: a line break as a sign; what has no shape of its own (control
 * characters, those that turn the direction of a line or have no width, halves of a character) as its code point. All of them are
 * none or trouble in XML, in a terminal and in a browser: https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
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
