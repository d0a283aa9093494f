/** Generates arbitrary reports, with any text in names, values and messages, and in any number. */
import fc from "fast-check";
import { RULES } from "../../policy/rules";
import { type Report, type StackReport, VERSION } from "../../preview/report";
import { titleOf } from "../../preview/show/title";

/** Texts that have a special meaning in markup, terminals, XML or services. */
const TROUBLE = [
    "`",
    "``",
    "|",
    "*",
    "_",
    "\\",
    "<img src=x onerror=alert(1)>",
    "</details>",
    "</script><script>alert(1)</script>",
    "-->",
    "]]>",
    "&amp;",
    '"',
    "'",
    "@somebody",
    "@org/team",
    "#1",
    "!1",
    "$x$",
    ":tada:",
    "https://example.org/",
    "www.example.org",
    "[link](https://example.org)",
    "\n",
    "\n\n# heading\n",
    "\r\n/close\n",
    "\t",
    "\u0000",
    "\u001b[31m",
    "\u202e",
    "\u200b",
    "\ud800",
    "\uffff",
    "🦊",
    "õ",
    " ",
];

export const anyText = fc
    .array(fc.oneof(fc.constantFrom(...TROUBLE), fc.string({ maxLength: 8 }), fc.stringMatching(/^[a-z-]{1,12}$/)), {
        maxLength: 6,
    })
    .map((parts) => parts.join(""));

const some = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 3 });
const maybe = fc.option(anyText, { nil: undefined });
const line = fc.integer({ min: 1, max: 200 });
const count = fc.integer({ min: 1, max: 999 });
const values = { before: maybe, after: maybe };
const change = fc.record({ path: anyText, replaces: fc.boolean(), ...values });
const operation = fc.constantFrom("delete", "replace", "update", "create");

export const anyStack: fc.Arbitrary<StackReport> = fc.record({
    stack: fc.oneof(fc.constantFrom("luxembourg", "tallinn"), anyText),
    state: fc.constantFrom("compared", "added", "removed", "not compared"),
    problems: some(
        fc.record({
            tree: fc.constantFrom("base", "head"),
            message: anyText,
            file: anyText,
            line: fc.option(line, { nil: undefined }),
        }),
    ),
    dangers: some(
        fc.record({
            kind: fc.constantFrom("less margin", "deleted", "replaced", "loses protection", "not served meanwhile"),
            text: anyText,
            objects: some(fc.oneof(anyText, fc.constantFrom("registry-land/database", "registry taxes's database"))),
        }),
    ),
    restarts: some(fc.record({ who: anyText, members: some(anyText), served: fc.boolean(), text: anyText })),
    flows: fc.record({ opened: some(anyText), closed: some(anyText) }),
    rights: fc.record({ gained: some(anyText), lost: some(anyText) }),
    certificates: some(anyText),
    settings: some(fc.record({ key: anyText, about: maybe, ...values, file: anyText, line })),
    policies: some(
        fc.record({
            rule: fc.oneof(fc.constantFrom(...RULES.map(({ name }) => name)), anyText),
            object: anyText,
            remedy: anyText,
            isNew: fc.boolean(),
        }),
    ),
    counts: some(fc.record({ subject: anyText, operation, count })),
    objects: some(fc.record({ operation, kind: anyText, name: anyText, subject: anyText, changes: some(change) })),
    noise: some(fc.record({ change, objects: count })),
    facility: fc.record({ told: some(anyText) }),
    notes: some(anyText),
});

/** Any report in which all stacks have different names. */
export const anyReport: fc.Arbitrary<Report> = fc
    .uniqueArray(anyStack, { maxLength: 3, selector: ({ stack }) => stack })
    .chain((stacks) =>
        fc.record({
            version: fc.constant(VERSION),
            title: fc.constant(titleOf(stacks)),
            against: fc.oneof(
                fc.record({ what: fc.constant("commit" as const), ref: anyText, commit: anyText }),
                fc.record({ what: fc.constant("state" as const), file: maybe }),
            ),
            stacks: fc.constant(stacks),
            leftOut: some(anyText),
        }),
    );
