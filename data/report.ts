/** How results look to a person. */
import Table from "cli-table3";
import type { Answer } from "./ask";
import { CATALOGUE } from "./catalogue";
import type { Lag } from "./lag";
import type { LoadResult } from "./load";
import type { LostResult } from "./lost";
import type { ReferencesResult } from "./references";
import type { Registry } from "./registries";
import type { WriteResult } from "./write";
import { TABLE_STYLE } from "../command-line/table";

const MOST_NAMED = 20;

/** Registry → table → value, as rows. */
export function tableReport(
    head: string,
    values: Readonly<Partial<Record<Registry, Readonly<Record<string, string | number>>>>>,
): string {
    const table = plainTable(["registry", "table", head], ["rows"]);
    for (const [registry, tables] of Object.entries(values)) {
        table.push(...Object.entries(tables).map(([name, value]) => [registry, name, String(value)]));
    }
    return table.toString();
}

/** @param numbers heads of the columns that are aligned to the right */
function plainTable(head: readonly string[], numbers: readonly string[] = []): Table.Table {
    return new Table({
        head: [...head],
        style: TABLE_STYLE,
        colAligns: head.map((name) => (numbers.includes(name) ? "right" : "left")),
    });
}

export function answerReport({ registry, of, at, rows }: Answer): string {
    const what = `${registry} tells ${CATALOGUE[registry].question.tells}: ${of}, ${at}`;
    const [first] = rows;
    if (first === undefined) {
        return `${what}: nothing.`;
    }
    const table = plainTable(Object.keys(first));
    table.push(...rows.map((row) => Object.values(row).map((value) => String(value ?? ""))));
    return `${what}:\n${table.toString()}`;
}

export function referencesReport({ checked, unchecked }: ReferencesResult): string {
    const table = plainTable(["from", "to", "values", "missing", "as"], ["values", "missing"]);
    table.push(
        ...checked.map(({ from, to, values, missing, examples }) => [from, to, values, missing, examples.join(", ")]),
    );
    const left = unchecked.map(({ from, to }) => `Not checked, because one of the two does not run: ${from} → ${to}`);
    const nothing = checked.every(({ values }) => values === 0)
        ? ["NOTHING was checked: no registry names another."]
        : [];
    return [table.toString(), ...left, ...nothing].join("\n");
}

export function loadReport({ registry, people, seed, loaded, rows, seconds }: LoadResult): string {
    const what = `${registry}: ${people} people of seed ${seed}`;
    if (!loaded) {
        return `${what} are there already: nothing changed.`;
    }
    const steps = `rows ${seconds.rows.toFixed(1)} s, keys and indexes ${seconds.constraints.toFixed(1)} s`;
    return `${tableReport("rows", { [registry]: rows })}\n${what} loaded in ${seconds.total.toFixed(1)} s (${steps}).`;
}

export function writeReport(result: WriteResult): string {
    const { acknowledged, unknown, refused, seconds, longestGapSeconds, journal } = result;
    return [
        `${acknowledged} commits acknowledged in ${seconds.toFixed(1)} s, ${unknown} unknown, ${refused} refused; longest gap ${longestGapSeconds.toFixed(2)} s.`,
        `To count what a failure has lost: npm run data -- lost --journal ${journal}`,
    ].join("\n");
}

export function lostReport({ registry, acknowledged, lost, unknown, refusedButFound }: LostResult): string {
    const named = lost.slice(0, MOST_NAMED).join(", ") + (lost.length > MOST_NAMED ? ", …" : "");
    return [
        ...(acknowledged === 0 ? ["NOTHING was counted: the journal has no acknowledged commit."] : []),
        `${registry}: of ${acknowledged} acknowledged commits ${lost.length} are lost${lost.length > 0 ? ` (${named})` : ""}.`,
        `Of ${unknown.total} commits without an answer ${unknown.found} are there.`,
        ...(refusedButFound.length > 0 ? [`Refused, and there all the same: ${refusedButFound.join(", ")}.`] : []),
    ].join("\n");
}

export function lagReport(site: string, registry: Registry, { bytes, seconds, caughtUp }: Lag): string {
    const where = `${registry} in ${site}`;
    if (bytes === 0) {
        return `${where} has all that its primary has written.`;
    }
    return caughtUp
        ? `${where} was ${bytes} bytes of log behind, and had them after ${seconds.toFixed(2)} s.`
        : `${where} was ${bytes} bytes of log behind, and has not caught up in ${seconds} s. Is the link cut? npm run lab -- status`;
}
