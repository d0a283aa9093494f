/**
 * Writes a report as JUnit's XML for Jenkins and GitLab; https://github.com/jenkinsci/xunit-plugin has its schema. There is a suite for each
 * stack, whose cases are always the same, so that a reviewer sees which results are new. Cases with findings come first, the gravest
 * before the others. What fails a pipeline is a failed case. What a person decides on, such as a danger or a flow that opens, is a
 * skipped case. What is good to know is the output of a case that passes. Pure.
 */
import XMLBuilder from "fast-xml-builder";
import type { Report, StackReport } from "../report";
import { type Finding, findingsOf, isChecked } from "./findings";
import { KINDS, type Kind } from "./kinds";
import { factsOf } from "./title";
import { visible } from "./visible";

const ATTRIBUTE = "@";
const builder = new XMLBuilder({
    ignoreAttributes: false,
    attributeNamePrefix: ATTRIBUTE,
    format: true,
    suppressEmptyNode: true,
});

type Xml = Record<string, unknown>;

export function junit(raw: Report): string {
    const report = visible(raw);
    const findings = findingsOf(report);
    const kinds = [...new Set([...KINDS, ...findings.map(({ kind }) => kind)])];
    const suites = report.stacks.map((stack) => {
        const own = findings.filter((one) => one.stack === stack.stack);
        return suiteOf(stack, [...new Set([...own.map(({ kind }) => kind), ...kinds])], own);
    });
    const counts = { tests: 0, failures: 0, errors: 0 };
    for (const suite of suites) {
        counts.tests += Number(suite["@tests"]);
        counts.failures += Number(suite["@failures"]);
    }
    return builder.build({
        "?xml": attributes({ version: "1.0", encoding: "UTF-8" }),
        testsuites: { ...attributes({ name: "data-embassy preview", ...counts }), testsuite: suites },
    });
}

function suiteOf(stack: StackReport, kinds: readonly Kind[], findings: readonly Finding[]): Xml {
    const cases = kinds.map((kind) =>
        caseOf(
            stack,
            kind,
            findings.filter((one) => one.kind === kind),
        ),
    );
    const with_ = (element: string): number => cases.filter((one) => element in one).length;
    return {
        ...attributes({
            name: stack.stack,
            tests: cases.length,
            failures: with_("failure"),
            errors: 0,
            skipped: with_("skipped"),
        }),
        testcase: cases,
        "system-out": factsOf(stack).join(", ") || "nothing changes",
    };
}

function caseOf(stack: StackReport, kind: Kind, findings: readonly Finding[]): Xml {
    const name = attributes({ classname: stack.stack, name: `${kind.id}: ${kind.title}` });
    const text = findings.map(said).join("\n");
    if (findings.length > 0 && kind.level === "error") {
        const message = findings.length === 1 ? "1 finding" : `${findings.length} findings`;
        return { ...name, failure: { ...attributes({ type: kind.id, message }), "#text": `${text}\n${kind.help}` } };
    }
    if (findings.length > 0) {
        return { ...name, [kind.level === "note" ? "system-out" : "skipped"]: `${text}\n${kind.help}` };
    }
    return isChecked(kind, stack) ? name : { ...name, skipped: "The stack is not rendered, so this is not checked." };
}

function said({ text, objects, file, line }: Finding): string {
    return `${file}:${line}: ${text}${objects.length === 0 ? "" : `: ${objects.join(", ")}`}`;
}

function attributes(values: Readonly<Record<string, string | number>>): Xml {
    return Object.fromEntries(Object.entries(values).map(([name, value]) => [ATTRIBUTE + name, value]));
}
