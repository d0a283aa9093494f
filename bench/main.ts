/** `npm run bench [-- speed|growth|toolchain|load|registry|embassy|busy|availability|preview]` measures the promises that are ratios again. */
import { Command } from "commander";
import Table from "cli-table3";
import { DEFAULT_PEOPLE, parsePeople } from "../data/options";
import { NATION } from "../data/registry-data";
import { buildToolchain } from "../toolchain/build";
import { colorsFor } from "../command-line/colors";
import { UserError, runCommand } from "../command-line/command";
import { runProgram } from "../command-line/program";
import { availability } from "./availability";
import { busy } from "./busy";
import { embassy } from "./embassy";
import { type Figure, areKept } from "./figure";
import { growth } from "./growth";
import { preview } from "./preview";
import { loading } from "./load";
import { registry } from "./registry";
import { Site } from "./site";
import { speed } from "./speed";
import { toolchain } from "./toolchain";
import { TABLE_STYLE } from "../command-line/table";
import { wholeNumber } from "../command-line/typed";

const BENCHES = ["speed", "growth", "toolchain", "load", "registry", "embassy", "busy", "availability", "preview"];
/** The benches that run where none is named: they take minutes, not the half hour of cold builds. */
const USUAL = ["speed", "growth"];
const MOST_ROUNDS = 1000;

interface Flags {
    readonly rounds: string;
    readonly people?: string;
    readonly json?: boolean;
}

async function run(names: readonly string[], rounds: number, people: number | undefined): Promise<Figure[]> {
    const unknown = names.filter((name) => !BENCHES.includes(name));
    if (unknown.length > 0) {
        throw new UserError(`There is no bench ${unknown.join(", ")}: choose from ${BENCHES.join(", ")}.`);
    }
    const figures = names.includes("availability") ? availability() : [];
    figures.push(...(names.includes("preview") ? await preview() : []));
    if (names.every((name) => ["availability", "preview"].includes(name))) {
        // Neither of them needs a toolchain.
        return figures;
    }
    await buildToolchain();
    figures.push(...(names.includes("toolchain") ? await toolchain() : []));
    figures.push(...(names.includes("load") ? await loading(people ?? NATION) : []));
    figures.push(...(names.includes("registry") ? await registry(people ?? NATION) : []));
    figures.push(...(names.includes("embassy") ? await embassy(people ?? DEFAULT_PEOPLE) : []));
    figures.push(...(names.includes("busy") ? await busy() : []));
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
        style: TABLE_STYLE,
    });
    for (const { name, value, limit, unit, detail } of figures) {
        const show = (number: number): string =>
            unit === "×"
                ? number.toFixed(2)
                : `${number.toFixed(unit === "MiB" || unit === "" ? 0 : 1)} ${unit}`.trim();
        const verdict = value <= limit ? colors.green("kept") : colors.red("broken");
        rows.push([name, show(value), `≤ ${show(limit)}`, verdict, detail]);
    }
    return rows.toString();
}

function program(fail: (code: number) => void): Command {
    return new Command("bench")
        .argument("[names...]", `which: ${BENCHES.join(", ")}`, USUAL)
        .option("--rounds <n>", "repetitions of each measure; the median counts", "3")
        .option(
            "--people <n>",
            `how many are in what is loaded and restored (default: ${NATION}, in all registries ${DEFAULT_PEOPLE})`,
        )
        .option("--json", "print the figures as JSON")
        .action(async (names: string[], flags: Flags) => {
            const rounds = wholeNumber("--rounds", flags.rounds, 1, MOST_ROUNDS);
            const people = flags.people === undefined ? undefined : parsePeople(flags.people, false);
            const figures = await run(names, rounds, people);
            process.stdout.write(`${flags.json ? JSON.stringify(figures, null, 2) : table(figures)}\n`);
            fail(areKept(figures) ? 0 : 1);
        });
}

runCommand(() => runProgram(program, process.argv.slice(2)));
