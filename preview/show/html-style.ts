/** The look of the page in light and dark, and a policy that allows nothing but that. */
import { createHash } from "node:crypto";
import { raw } from "hono/html";

const CSS = `
:root { color-scheme: light dark; --ink: #1a1a1a; --paper: #fff; --soft: #4a4a4a; --line: #767676; --link: #0b4f8a; --grave: #a3201a; --was: #ffe3df; --is: #dcf3e1; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e8e8; --paper: #14171a; --soft: #b9c0c8; --line: #8b939c; --link: #8ab8f0; --grave: #ffb0a6; --was: #571f1a; --is: #173f29; } }
body { margin: 0 auto; max-width: 70rem; padding: 0 1rem 2rem; color: var(--ink); background: var(--paper); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.25rem; margin-block: 2rem .5rem; border-block-start: 1px solid var(--line); padding-block-start: 1rem; }
h3 { font-size: 1rem; margin-block: 1.25rem .5rem; }
h1, h2, h3 { line-height: 1.3; }
a { color: var(--link); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
ul { margin-block: .25rem; padding-inline-start: 1.5rem; }
li { margin-block: .375rem; }
.grave { list-style: none; padding: 0; }
.grave > li { border-inline-start: .375rem solid var(--grave); padding-inline-start: .75rem; }
.grave strong { color: var(--grave); }
code, del, ins { font: .875rem/1.5 ui-monospace, monospace; white-space: pre-wrap; }
del, ins { padding-inline: .25rem; border-radius: .25rem; text-decoration: none; }
del { background: var(--was); }
ins { background: var(--is); }
summary { cursor: pointer; padding-block: .25rem; }
table { border-collapse: collapse; }
th, td { padding: .25rem .75rem; border-block-end: 1px solid var(--line); text-align: end; }
th:first-child { text-align: start; font-weight: normal; }
thead th { color: var(--soft); font-weight: normal; }
figure { margin: 0; overflow-x: auto; }
footer { color: var(--soft); }
@media print { .skip, nav { display: none; } details::details-content { content-visibility: visible; block-size: auto; } }
`;

/** The page contains its style, because it is a single file. */
export const STYLE = raw(`<style>${CSS}</style>`);

/**
 * Allows only the style above and those in the pictures, no script, and no request: a value that got past escaping would still do nothing.
 *
 * @param pictures as SVG
 */
export function policy(pictures: Iterable<string>): string {
    const styles = [
        CSS,
        ...[...pictures].flatMap((svg) => [...svg.matchAll(/<style>([^]*?)<\/style>/g)].map(([, css = ""]) => css)),
    ];
    const hashes = styles.map((css) => `'sha256-${createHash("sha256").update(css).digest("base64")}'`);
    return [
        "default-src 'none'",
        `style-src ${[...new Set(hashes)].join(" ")}`,
        "base-uri 'none'",
        "form-action 'none'",
    ].join("; ");
}
