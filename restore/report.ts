/** Formats a restore for people. */
import * as path from "node:path";
import Table from "cli-table3";
import { TABLE_STYLE } from "../command-line/table";
import type { Environment } from "./environment";
import type { RestoreReport } from "./restore";

/** Whether everything could be verified, and was as it must be. */
export function isProven(report: RestoreReport): boolean {
    return report.problems.length === 0 && report.asExpected !== false && dangling(report).length === 0;
}

export function summary(report: RestoreReport, { report: file, removal }: Environment): string {
    const { site, from, at } = report;
    const kept =
        report.problems.length === 0
            ? []
            : [
                  `NOT verified: what answers of ${site} is kept.\n${report.problems.map((problem) => `  ${problem}\n`).join("")}` +
                      `Look at it with npm run lab -- status ${site} and npm run data -- count --site ${site}; remove it with ${removal}`,
              ];
    return [
        times(report),
        answers(report),
        tables(report),
        ...report.empty.map((registry) => `${registry} is empty: nothing had been written by then.`),
        references(report),
        `${site} holds what ${from} had stored ${at === null ? "last" : `by ${at}`}. ${verdict(report)}`,
        ...kept,
        `Report: ${path.relative(process.cwd(), file)}`,
        "",
    ].join("\n");
}

function times({ phases, seconds }: RestoreReport): string {
    const table = new Table({ head: ["phase", "seconds"], style: TABLE_STYLE, colAligns: ["left", "right"] });
    table.push(...phases.map((one) => [one.phase, one.seconds.toFixed(1)]));
    table.push(["in all", seconds.toFixed(1)]);
    return table.toString();
}

function answers({ answered }: RestoreReport): string {
    const table = new Table({
        head: ["registry", "answered after, s"],
        style: TABLE_STYLE,
        colAligns: ["left", "right"],
    });
    table.push(...Object.entries(answered).map(([registry, after]) => [registry, after.toFixed(0)]));
    return table.toString();
}

function tables({ digests, rows }: RestoreReport): string {
    const table = new Table({
        head: ["registry", "table", "rows", "digest"],
        style: TABLE_STYLE,
        colAligns: ["left", "left", "right", "left"],
    });
    for (const [registry, found] of Object.entries(digests)) {
        table.push(
            ...Object.entries(found).map(([name, digest]) => [registry, name, rows[registry]?.[name] ?? "", digest]),
        );
    }
    return table.toString();
}

function references(report: RestoreReport): string {
    const { length } = report.references;
    const values = report.references.reduce((sum, one) => sum + one.values, 0);
    if (values === 0) {
        return "References from registry to registry: none were checked, as nothing that was restored names another registry's.";
    }
    const missing = dangling(report).map(
        ({ from, to, missing: gone, values: all }) => `${from} → ${to}: ${gone} of ${all} MISSING`,
    );
    return `${length} references from registry to registry, ${values} values: ${missing.length === 0 ? "whoever is named is there." : missing.join("; ")}`;
}

function verdict({ asExpected, comparison }: RestoreReport): string {
    if (comparison === null) {
        return "Compare the digests with those of another site: npm run data -- digest --site tallinn";
    }
    const { compared, differing } = comparison;
    const names = `Compared: ${compared.length > 0 ? compared.join(", ") : "no table, as none was expected and none is there"}.`;
    if (asExpected) {
        return `Every digest is the expected one. ${names}`;
    }
    const lines = differing.map(
        ({ table, expected, found }) =>
            `\n  ${table} is ${found ?? "not there"}, expected ${expected ?? "not to be there"}`,
    );
    return `NOT every digest is the expected one.${lines.join("")}\n${names}`;
}

function dangling({ references: all }: RestoreReport): RestoreReport["references"] {
    return all.filter(({ missing }) => missing > 0);
}
