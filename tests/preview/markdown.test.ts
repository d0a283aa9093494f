/** A comment tells the same as its report, whatever the report contains and however large it is. */
import fc from "fast-check";
import { type Token, marked } from "marked";
import type { Report } from "../../preview/report";
import { LIMIT, markdown } from "../../preview/show/markdown";
import { numbered, ranges } from "../../preview/show/numbers";
import { anyReport } from "./any-report";
import { reportOf } from "./fixture";
import { REGISTRIES, everyRegistry } from "./large";

/** The kinds of tokens in a comment, and its text outside of code. */
function read(text: string): { kinds: Set<string>; html: string[]; prose: string; headings: number } {
    const kinds = new Set<string>();
    const html: string[] = [];
    const prose: string[] = [];
    let headings = 0;
    void marked.walkTokens(marked.lexer(text), (token: Token) => {
        kinds.add(token.type);
        headings += token.type === "heading" ? 1 : 0;
        if (token.type === "html") {
            html.push(token.raw.trim());
        }
        if (token.type === "text" && !("tokens" in token)) {
            prose.push(token.raw);
        }
    });
    return { kinds, html, prose: prose.join("\n"), headings };
}

const OWN = [
    "heading",
    "paragraph",
    "space",
    "list",
    "list_item",
    "strong",
    "text",
    "codespan",
    "table",
    "html",
    "escape",
];
const FOLD = /^<details>\n<summary>(?:[^<>&@]|&\w+;|<code>[^<>]*<\/code>)*<\/summary>$|^<\/details>$/;

function expectHarmless(report: Report): void {
    const text = markdown(report);
    const { kinds, html, prose, headings } = read(text);
    expect([...kinds].filter((kind) => !OWN.includes(kind))).toEqual([]);
    expect(html.filter((part) => !FOLD.test(part))).toEqual([]);
    expect(html.filter((part) => part === "</details>")).toHaveLength(html.length / 2);
    expect(prose).not.toMatch(/[@#<>$|]|:\/\/|:tada:/);
    expect(headings).toBe(text.match(/^##? /gm)?.length);
    expect(text).not.toMatch(/[^\P{C}\n]/u);
}

test("nothing that a name, a value or a message holds is markup, mentions anybody or hides anything", () => {
    fc.assert(fc.property(anyReport, expectHarmless), { numRuns: 300 });
}, 120_000);

test("a comment is never too long, whatever there is to tell", () => {
    const long = fc.string({ minLength: 1, maxLength: 300 });
    const sentences = fc.integer({ min: 0, max: 3000 });
    fc.assert(
        fc.property(anyReport, long, sentences, sentences, (report, name, dangers, flows) => {
            const more = (count: number): string[] => Array.from({ length: count }, (_, index) => `${name} ${index}`);
            const stacks = report.stacks.map((stack) => ({
                ...stack,
                dangers: [
                    ...stack.dangers,
                    ...more(dangers).map((text) => ({ kind: "deleted" as const, text, objects: more(dangers % 7) })),
                ],
                flows: { ...stack.flows, opened: more(flows) },
                certificates: more(flows),
            }));
            expect(markdown({ ...report, stacks }).length).toBeLessThanOrEqual(LIMIT);
        }),
        { numRuns: 30 },
    );
}, 120_000);

/** Reads the names that a sentence is about back from a comment. */
function namesIn(text: string, sentence: string): Set<string> {
    const told = text.split("\n").find((line) => line.includes(sentence)) ?? "";
    const legend = /^Numbers above are those of: (.*)\.$/m.exec(text)?.[1] ?? "";
    const byNumber = new Map(legend.split(", ").map((entry) => entry.split(" ") as [string, string]));
    const numbers = / in ([^;]*)$/.exec(told)?.[1] ?? "";
    const all = numbers === `all ${byNumber.size}` ? [...byNumber.keys()] : numbers.split(", ").flatMap(unfolded);
    return new Set(all.map((number) => byNumber.get(number) ?? number));
}

function unfolded(range: string): string[] {
    const [from = 0, to = from] = range.split("–").map(Number);
    return Number.isNaN(from) ? [range] : Array.from({ length: to - from + 1 }, (_, index) => String(from + index));
}

test("of what is dangerous to 350 registries with the longest names each name is told, also where they differ from danger to danger", () => {
    fc.assert(
        fc.property(
            fc.subarray(REGISTRIES, { minLength: 2 }),
            fc.subarray(REGISTRIES, { minLength: 2 }),
            (some, others) => {
                const [first, second] = [everyRegistry("luxembourg", some), everyRegistry("luxembourg", others)];
                const dangers = [
                    ...first.dangers,
                    ...second.dangers.map((danger) => ({ ...danger, text: `${danger.text} as well` })),
                ];
                const text = markdown(reportOf({ ...first, dangers }));
                expect(text.length).toBeLessThanOrEqual(LIMIT);
                expect(text).not.toContain("not all that is dangerous");
                for (const kind of ["StatefulSet", "Job", "PersistentVolumeClaim", "Certificate"]) {
                    const sentence = `${kind} is replaced for spec.template`;
                    expect(namesIn(text, `${sentence}:`)).toEqual(new Set(some));
                    expect(namesIn(text, `${sentence} as well:`)).toEqual(new Set(others));
                }
            },
        ),
        { numRuns: 20 },
    );
}, 120_000);

test("what is cut is cut between objects, and counted", () => {
    const text = markdown(reportOf(everyRegistry()));
    const [, cut = ""] = /^Cut here: the details of (\d+) objects\./m.exec(text) ?? [];
    const told = text.match(/^- (replace|update) /gm)?.length ?? 0;
    expect(Number(cut) + told).toBe(5 * REGISTRIES.length);
    expect(text.match(/^ {2}- /gm)?.length ?? 0).toBe(told);
});

test("more dangers than a comment holds are counted, first", () => {
    const dangers = Array.from({ length: 5000 }, (_, index) => ({
        kind: "deleted" as const,
        text: `Kind${index} is deleted`,
        objects: [`edge/${index}`],
    }));
    const text = markdown(reportOf({ ...everyRegistry(), dangers }));
    const told = text.match(/^- \*\*deleted\*\*/gm)?.length ?? 0;
    expect(text).toMatch(/^- \*\*not all that is dangerous fits here\*\*: \d+ more points/m);
    expect(told).toBeGreaterThan(100);
    expect(text.length).toBeLessThanOrEqual(LIMIT);
});

test("numbers are ranges, in the order of the names", () => {
    const numbers = numbered(["b10", "b9", "a", "c", "b9"]);
    expect(numbers.names).toEqual(["a", "b9", "b10", "c"]);
    expect(ranges(["c", "a", "b9"], numbers)).toBe("1–2, 4");
    expect(ranges(["c", "a", "b9", "b10"], numbers)).toBe("all 4");
});
