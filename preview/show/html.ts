/**
 * Writes a report as one complete page without scripts, which loads nothing. The template escapes what is put into it:
 * https://hono.dev/docs/helpers/html. Pure.
 */
import { html as escapedHtml, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { groupBy } from "../group";
import type { ObjectChange, Report, StackReport } from "../report";
import { against } from "./against";
import { STYLE, policy } from "./html-style";
import { type Piece, type Point, changePieces, grave, other } from "./points";
import { OPERATIONS, changedFirst, factsOf } from "./title";
import { visible } from "./visible";

/** A type without promises. */
type Html = HtmlEscapedString;

function template(parts: TemplateStringsArray, ...values: unknown[]): Html {
    return escapedHtml(parts, ...values) as Html;
}

/** Where there are more names than this, they are folded. */
const NAMED = 20;

/** @param pictures SVG by the stack's name; we draw it, so it is not escaped */
export function html(whole: Report, pictures: ReadonlyMap<string, string> = new Map()): string {
    const report = visible(whole);
    const { stacks, leftOut } = report;
    const title = report.title;
    const changed = changedFirst(stacks);
    const page = template`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(pictures.values())}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${STYLE}
</head>
<body>
<a class="skip" href="#content">To the report</a>
<header>
<h1>${title}</h1>
<p>${against(report)}</p>
${changed.length > 1 && contents(changed)}
</header>
<main id="content">
${changed.map((stack, index) =>
    section(stack, index, changed.length === 1 ? stack.stack : heading(stack), pictures.get(stack.stack)),
)}
</main>
<footer>
${leftOut.length > 0 && template`<h2>Not looked at</h2><ul>${leftOut.map((what) => template`<li>${what}</li>`)}</ul>`}
</footer>
</body>
</html>
`;
    return page.toString();
}

function contents(stacks: readonly StackReport[]): Html {
    return template`<nav aria-label="Stacks"><ul>${stacks.map(
        (stack, index) => template`<li><a href="#stack-${index}">${heading(stack)}</a></li>`,
    )}</ul></nav>`;
}

function heading(stack: StackReport): string {
    return `${stack.stack}: ${factsOf(stack).join(", ")}`;
}

function section(stack: StackReport, index: number, title: string, picture: string | undefined): Html {
    return template`<section aria-labelledby="stack-${index}">
<h2 id="stack-${index}">${title}</h2>
${part("To be decided", points(grave(stack), "grave"))}
${part("Good to know", points(other(stack), "other"))}
${picture !== undefined && part("Where", template`<figure tabindex="0" role="group" aria-label="Picture of ${stack.stack}">${raw(picture)}</figure>`)}
${part("How many objects", counts(stack))}
${part("Which objects", objects(stack))}
</section>
`;
}

function part(title: string, content: Html | undefined): Html | undefined {
    return content && template`<h3>${title}</h3>\n${content}\n`;
}

function points(all: readonly Point[], kind: string): Html | undefined {
    const items = all.map(({ mark, what }) => template`<li><strong>${mark}</strong> ${what.map(piece)}</li>\n`);
    return items.length === 0 ? undefined : template`<ul class="${kind}">\n${items}</ul>`;
}

function counts({ counts: all }: StackReport): Html | undefined {
    const rows = [...groupBy(all, ({ subject }) => subject)].map(([subject, some]) => {
        const cells = OPERATIONS.map(([operation]) => some.find((one) => one.operation === operation)?.count ?? "");
        return template`<tr><th scope="row">${subject}</th>${cells.map((cell) => template`<td>${cell}</td>`)}</tr>\n`;
    });
    const columns = ["of", ...OPERATIONS.map(([, done]) => done)];
    return rows.length === 0
        ? undefined
        : template`<table>
<thead><tr>${columns.map((column) => template`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table>`;
}

function objects({ objects: all }: StackReport): Html | undefined {
    const blocks = [...groupBy(all, ({ subject }) => subject)].map(
        ([subject, some]) => template`<details>
<summary>${subject}, ${some.length} object${some.length === 1 ? "" : "s"}</summary>
<ul>
${some.map(object)}</ul>
</details>
`,
    );
    return blocks.length === 0 ? undefined : template`${blocks}`;
}

function object({ operation, kind, name, changes }: ObjectChange): Html {
    const lines = changes.map((change) => template`<li>${changePieces(change).map(piece)}</li>\n`);
    return template`<li>${operation} <code>${kind} ${name}</code>${
        lines.length > 0 && template`\n<ul>\n${lines}</ul>\n`
    }</li>
`;
}

function piece(one: Piece): Html {
    if (typeof one === "string") {
        return template`${one}`;
    }
    if ("names" in one) {
        const all = one.names.join(", ");
        return one.names.length > NAMED
            ? template`<details><summary>${one.names.length} of them</summary>${all}</details>`
            : template`${all}`;
    }
    return "code" in one ? template`<code>${one.code}</code>` : template`${was(one.before)} → ${is(one.after)}`;
}

function was(value: string | undefined): Html {
    return value === undefined ? template`none` : template`<del>${value}</del>`;
}

function is(value: string | undefined): Html {
    return value === undefined ? template`none` : template`<ins>${value}</ins>`;
}
