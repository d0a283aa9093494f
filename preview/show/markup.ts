/** Writes text in Markdown for GitHub and GitLab so that it means nothing but itself. Pure. */
import { escaped } from "../escaped";

/** The value as a code span, with more backticks around it than are in it. Inside, nothing is markup, and nobody is mentioned. */
export function code(value: string): string {
    const line = value;
    const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    const pad = /^`|`$|^ .* $|^ *$/.test(line) ? " " : "";
    return fence + pad + line + pad + fence;
}

/** Words in which neither of them finds anything: no emphasis, link, reference, mention, emoji, formula or HTML. */
const PLAIN = /^[\p{L}\p{M}\p{N}.,;:'"()/→…–⏎+=?%-]*$/u;
const LINK = /:\/\/|www\.|:\w+:/i;

/** Writes a text as prose; a word that might be more than a word becomes a code span. */
export function text(value: string): string {
    return words(value, code);
}

/** The visible line of a folded block, which is HTML. */
export function summary(value: string): string {
    return words(value, (word) => `<code>${escaped(word)}</code>`);
}

function words(value: string, mark: (word: string) => string): string {
    return value
        .split(" ")
        .map((word) => {
            if (PLAIN.test(word) && !LINK.test(word)) {
                return word;
            }
            // Brackets and punctuation around the word stay prose.
            const [, before = "", inner = word, after = ""] = /^([("']*)(.*?)([)"',.;:]*)$/.exec(word) ?? [];
            return inner === "" ? word : before + mark(inner) + after;
        })
        .join(" ");
}
