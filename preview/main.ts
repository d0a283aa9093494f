/** `npm run preview -- --base REF`: what a change of the code would do, as a report: docs/preview.md */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { runCommand } from "../toolchain/command";
import { embassyHome, repoRoot } from "../toolchain/paths";
import { runProgram } from "../toolchain/program";
import { exitCode } from "./exit-code";
import { asksImpact, impactProgram } from "./impact/main";
import { preview } from "./preview";
import { markdown } from "./show/markdown";

interface Options {
    readonly base: string;
    readonly stack: readonly string[];
    readonly format: "markdown" | "json";
    readonly out?: string;
    readonly detailedExitcode: boolean;
}

function program(fail: (code: number) => void): Command {
    return new Command("npm run preview --")
        .exitOverride()
        .description("says what the working tree declares otherwise than a commit does, without a state or a cluster")
        .requiredOption("--base <ref>", "commit, branch or tag to compare with")
        .option("--stack <name...>", "these stacks alone", [])
        .addOption(new Option("--format <format>", "of the report").choices(["markdown", "json"]).default("markdown"))
        .option("--out <file>", "where the report goes; its title alone is printed then")
        .addHelpText(
            "after",
            "\n--impact NAME says what depends on one thing: npm run preview -- --impact registries/land",
        )
        .option("--detailed-exitcode", "exit code 2 where something changes", false)
        .action(async ({ base, stack, format, out, detailedExitcode }: Options) => {
            const report = await preview({ repo: repoRoot, folder: join(embassyHome, "preview") }, base, stack);
            const text = format === "json" ? `${JSON.stringify(report, undefined, 2)}\n` : markdown(report);
            if (out === undefined) {
                process.stdout.write(text);
            } else {
                writeFileSync(out, text);
                process.stdout.write(`${report.title}\n`);
            }
            fail(exitCode(report, detailedExitcode));
        });
}

const argv = process.argv.slice(2);
runCommand(() => runProgram(asksImpact(argv) ? impactProgram : program, argv));
