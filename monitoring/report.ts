/** Writes what is wrong as a table for people. */
import Table from "cli-table3";
import { colorsFor } from "../command-line/colors";
import { TABLE_STYLE } from "../command-line/table";
import type { SiteAnswer } from "./ask";

const colors = colorsFor(process.stdout);
const PAINT = { page: colors.red, ticket: colors.yellow } as const;

export function alertsReport(answers: readonly SiteAnswer[]): string {
    const rows = answers.flatMap(({ site, firing = [] }) =>
        firing.map(({ alert, severity, stake, since, who, runbook }) => [
            site,
            PAINT[severity](severity),
            alert,
            stake,
            since.slice(0, 19).replace("T", " "),
            `${who}: ${runbook}`,
        ]),
    );
    const table = new Table({
        head: ["site", "", "alert", "at stake", "since (UTC)", "who, and what to do"],
        style: TABLE_STYLE,
        wordWrap: true,
        colWidths: [12, 8, 25, 50, 21, 44],
    });
    table.push(...rows);
    return [...(rows.length > 0 ? [table.toString()] : []), ...answers.map(sentence)].join("\n");
}

function sentence({ site, firing, silent }: SiteAnswer): string {
    const why = silent.length > 0 ? ` (${silent.join("; ")})` : "";
    if (firing === undefined) {
        return `${site} ${colors.red("could not be asked")}${why}.`;
    }
    const count = firing.length === 1 ? "1 thing is wrong" : `${firing.length} things are wrong`;
    return `${site}: ${firing.length === 0 ? colors.green("nothing is wrong") : count}${why && `, by those who could be asked${why}`}.`;
}
