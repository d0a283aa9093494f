/** `npm run bench [-- speed|growth|toolchain]`: the promises that are ratios, measured again. */
import { Command } from "commander";
import Table from "cli-table3";
import { buildToolchain } from "../toolchain/build";
import { colorsFor } from "../toolchain/colors";
import { UserError, runCommand } from "../toolchain/command";
import type { Figure } from "./figure";
import { growth } from "./growth";
import { Site } from "./site";
import { speed } from "./speed";
import { toolchain } from "./toolchain";

const BENCHES = ["speed", "growth", "toolchain"];
/** What runs where nothing is named: minutes, not the half hour that cold builds take. */
const USUAL = ["speed", "growth"];

async function run(names: readonly string[], rounds: number): Promise<Figure[]> {
    const unknown = names.filter((name) => !BENCHES.includes(name));
    if (unknown.length > 0) {
        throw new UserError(`There is no bench ${unknown.join(", ")}: choose from ${BENCHES.join(", ")}.`);
    }
    await buildToolchain();
    const figures = names.includes("toolchain") ? await toolchain() : [];
    if (names.includes("speed") || names.includes("growth")) {
        const site = new Site();
        try {
            figures.push(...(names.includes("speed") ? await speed(site, rounds) : []));
            figures.push(...(names.includes("growth") ? await growth(site) : []));
        } finally {
            site.remove();
        }
    }
    return figures;
}

const colors = colorsFor(process.stdout);

function table(figures: readonly Figure[]): string {
    const rows = new Table({
        head: ["figure", "measured", "promised", "", "behind it"],
        style: { head: [], border: [], compact: true },
    });
    for (const { name, value, limit, unit, detail } of figures) {
        const show = (number: number): string => (unit === "MiB" ? `${number.toFixed(0)} MiB` : number.toFixed(2));
        const verdict = value <= limit ? colors.green("kept") : colors.red("broken");
        rows.push([name, show(value), `≤ ${show(limit)}`, verdict, detail]);
    }
    return rows.toString();
}

runCommand(async () => {
    const command = new Command("bench")
        .argument("[names...]", `which: ${BENCHES.join(", ")}`, USUAL)
        .option("--rounds <n>", "repetitions of each measure; the median counts", Number, 3)
        .option("--json", "print the figures as JSON")
        .parse();
    const { rounds, json = false } = command.opts<{ rounds: number; json?: boolean }>();
    const names = command.args.length > 0 ? command.args : USUAL;
    const figures = await run(names, rounds);
    process.stdout.write(`${json ? JSON.stringify(figures, null, 2) : table(figures)}\n`);
    return figures.every(({ value, limit }) => value <= limit) ? 0 : 1;
});
