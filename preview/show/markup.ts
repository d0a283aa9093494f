/** Text in Markdown, as GitHub and GitLab have it, that is nothing but itself. Pure. */
import { escaped } from "../escaped";

/** As a code span: with more backticks around it than are in it. In one nothing is markup, and nobody is mentioned. */
export function code(value: string): string {
    const line = value;
    const longest = Math.max(0, ...[...line.matchAll(/`+/g)].map(([ticks]) => ticks.length));
    const fence = "`".repeat(longest + 1);
    const pad = /^`|`$|^ .* $|^ *$/.test(line) ? " " : "";
    return fence + pad + line + pad + fence;
}

/** Words that neither of them reads anything into: no emphasis, link, reference, mention, emoji, formula or HTML. */
const PLAIN = /^[\p{L}\p{M}\p{N}.,;:'"()/→…–⏎+=?%-]*$/u;
const LINK = /:\/\/|www\.|:\w+:/i;

/** Writes a text as prose; a word that may be more than a word is a code span. */
export function text(value: string): string {
    return words(value, code);
}

/** As what is seen of a folded block, which is HTML. */
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
            // Brackets and punctuation around it stay prose.
            const [, before = "", inner = word, after = ""] = /^([("']*)(.*?)([)"',.;:]*)$/.exec(word) ?? [];
            return inner === "" ? word : before + mark(inner) + after;
        })
        .join(" ");
}
