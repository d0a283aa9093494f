/** Writes the answers as a table for people. */
import Table from "cli-table3";
import { colorsFor } from "../command-line/colors";
import { TABLE_STYLE } from "../command-line/table";
import { type Line, type Verdict, worst } from "./line";

const colors = colorsFor(process.stdout);
const PAINT: Readonly<Record<Verdict, (text: string) => string>> = {
    green: colors.green,
    amber: colors.yellow,
    red: colors.red,
};

export function readinessReport(site: string, lines: readonly Line[]): string {
    const table = new Table({
        head: ["question", "", "why", "what to do"],
        style: TABLE_STYLE,
        wordWrap: true,
        colWidths: [14, 8, 64, 44],
    });
    table.push(
        ...lines.map(({ question, verdict, says, remedy = "" }) => [question, PAINT[verdict](verdict), says, remedy]),
    );
    const verdict = worst(lines);
    const answer = { green: "is ready", amber: "is ready, with what is amber above", red: "is NOT ready" }[verdict];
    return `${table.toString()}\n${site} ${PAINT[verdict](answer)}.`;
}
