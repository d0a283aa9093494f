/** `npm run outdated [-- --json]`: lists pins that are behind what registries serve, and why some of them stay. */
import { join } from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { runCommand } from "../../command-line/command";
import { embassyHome, repoRoot } from "../../command-line/paths";
import { runProgram } from "../../command-line/program";
import { TABLE_STYLE } from "../../command-line/table";
import { debianPins } from "./debian";
import { goPins } from "./go";
import { npmPins } from "./npm";
import { type Row, behind, unneeded } from "./pins";
import { REASONS, readReasons } from "./reasons";

const program = (fail: (code: number) => void): Command =>
    new Command("outdated")
        .description("Lists the pins that are behind what the registries of packages serve.")
        .option("--json", "print an array of: from, name, pinned, newest, why")
        .addHelpText("after", "\nExit code 1: a pin is behind, and toolchain/outdated/reasons.yaml does not say why.")
        .action(async ({ json = false }: { json?: boolean }) => {
            const reasons = readReasons();
            const pins = (
                await Promise.all([
                    npmPins(repoRoot),
                    goPins(join(repoRoot, "toolchain", "modules")),
                    debianPins(join(embassyHome, "images"), join(embassyHome, "outdated")),
                ])
            ).flat();
            const rows = behind(pins, reasons);
            process.stdout.write(json ? `${JSON.stringify(rows, null, 2)}\n` : `${shown(rows, pins.length)}\n`);
            for (const name of unneeded(pins, reasons)) {
                process.stderr.write(`${name} is not behind any more: its line in ${REASONS} can go.\n`);
            }
            if (rows.some(({ why }) => why === undefined)) {
                fail(1);
            }
        });

function shown(rows: readonly Row[], all: number): string {
    const sum = `${rows.length} of ${all} pins are behind; ${rows.filter(({ why }) => why === undefined).length} without a reason.`;
    if (rows.length === 0) {
        return sum;
    }
    const table = new Table({ head: ["from", "name", "pinned", "newest", "why it stays"], style: TABLE_STYLE });
    table.push(...rows.map(({ from, name, pinned, newest, why = "" }) => [from, name, pinned, newest, why]));
    return `${table.toString()}\n${sum}`;
}

runCommand(() => runProgram(program, process.argv.slice(2)));
