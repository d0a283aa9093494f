/** `npm run drift`: what differs between each site's cluster and its state, and who wrote it: docs/preview.md */
import { writeFileSync } from "node:fs";
import { Command, Option } from "commander";
import { runCommand } from "../../toolchain/command";
import { runProgram } from "../../toolchain/program";
import { exitCode } from "../exit-code";
import { markdown } from "../show/markdown";
import { drift } from ".";

interface Options {
    readonly stack: readonly string[];
    readonly format: "markdown" | "json";
    readonly out?: string;
}

function program(fail: (code: number) => void): Command {
    return new Command("npm run drift --")
        .exitOverride()
        .description(
            "says what in the clusters is otherwise than their states have it; nothing is written. Exit code 2: drift",
        )
        .option("--stack <name...>", "these stacks alone", [])
        .addOption(new Option("--format <format>", "of the report").choices(["markdown", "json"]).default("markdown"))
        .option("--out <file>", "where the report goes; its title alone is printed then")
        .action(async ({ stack, format, out }: Options) => {
            const report = await drift(stack);
            const text = format === "json" ? `${JSON.stringify(report, undefined, 2)}\n` : markdown(report);
            if (out === undefined) {
                process.stdout.write(text);
            } else {
                writeFileSync(out, text);
                process.stdout.write(`${report.title}\n`);
            }
            fail(exitCode(report, true));
        });
}

runCommand(() => runProgram(program, process.argv.slice(2)));
