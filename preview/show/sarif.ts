/**
 * Writes a report as SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html, as far as GitHub reads it:
 * https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support. Pure.
 */
import { createHash } from "node:crypto";
import type { Log, ReportingDescriptor, Result } from "sarif";
import type { Report } from "../report";
import { type Finding, findingsOf } from "./findings";
import { KINDS, type Kind } from "./kinds";
import { visible } from "./visible";

/** GitHub shows this many results of a run, and refuses a run with five times as many. */
const MOST = 5000;
const SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json";
/** Stands for the top folder of the repository, wherever it is. */
const ROOT = "%SRCROOT%";

export function sarif(report: Report): string {
    const findings = findingsOf(visible(report));
    const kinds = [...new Map([...KINDS, ...findings.map(({ kind }) => kind)].map((kind) => [kind.id, kind])).values()];
    const shown = findings.length > MOST ? [...findings.slice(0, MOST - 1), rest(findings.slice(MOST - 1))] : findings;
    const log: Log = {
        $schema: SCHEMA,
        version: "2.1.0",
        runs: [
            {
                tool: { driver: { name: "data-embassy preview", rules: kinds.map(ruleOf) } },
                originalUriBaseIds: { [ROOT]: { description: { text: "The top folder of the repository." } } },
                results: shown.map((finding) => resultOf(finding, kinds)),
            },
        ],
    };
    return `${JSON.stringify(log, undefined, 2)}\n`;
}

function ruleOf({ id, level, title, help }: Kind): ReportingDescriptor {
    return {
        id,
        shortDescription: { text: title },
        fullDescription: { text: title },
        help: { text: help, markdown: help },
        defaultConfiguration: { level },
    };
}

function resultOf({ kind, stack, text, objects, file, line }: Finding, kinds: readonly Kind[]): Result {
    const message = `${stack}: ${text}${objects.length === 0 ? "" : `: ${objects.join(", ")}`}`;
    return {
        ruleId: kind.id,
        ruleIndex: kinds.findIndex(({ id }) => id === kind.id),
        level: kind.level,
        // Brackets before parentheses would be a link: section 3.11.6.
        message: { text: message.replaceAll("](", "] (") },
        locations: [
            {
                physicalLocation: {
                    artifactLocation: { uri: file.split("/").map(encodeURIComponent).join("/"), uriBaseId: ROOT },
                    region: { startLine: line },
                },
            },
        ],
        // The fingerprint covers the finding but not its place, so that it stays the same when lines move, or when it covers another object too.
        // GitHub's upload makes its own primaryLocationLineHash, and warns of any that it has not made itself.
        partialFingerprints: { "finding/v1": fingerprint(kind.id, stack, text) },
    };
}

function fingerprint(...parts: readonly string[]): string {
    return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 32);
}

/** A finding that stands for those that are left out, with the level and the place of the first of them. */
function rest([first, ...more]: readonly Finding[]): Finding {
    if (first === undefined) {
        throw new Error("nothing is left out");
    }
    return { ...first, text: `${more.length + 1} more are not listed here, such as: ${first.text}` };
}
