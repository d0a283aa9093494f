/** `npm run preview -- [--base REF | --state FILE]` reports what a change would do: docs/preview.md */
import { join } from "node:path";
import { Command } from "commander";
import { UserError, runCommand } from "../command-line/command";
import { embassyHome, repoRoot } from "../command-line/paths";
import { runProgram } from "../command-line/program";
import { exitCode } from "./exit-code";
import { asksImpact, impactProgram } from "./impact/main";
import { preview } from "./preview";
import type { Report } from "./report";
import { type WriteOptions, prepareReports, withReportOptions, writeReport } from "./show/write";
import { previewState } from "./state";

interface Options extends WriteOptions {
    readonly base?: string;
    readonly state?: string;
    readonly stack: readonly string[];
    readonly detailedExitcode: boolean;
}

function reportOn(base: string | undefined, state: string | undefined, only: readonly string[]): Promise<Report> {
    if (base !== undefined && state !== undefined) {
        throw new UserError("--base compares with a commit and --state with a state: give one of them.");
    }
    if (base !== undefined) {
        return preview({ repo: repoRoot, folder: join(embassyHome, "preview") }, base, only);
    }
    return previewState({ file: state, only });
}

function program(fail: (code: number) => void): Command {
    const command = new Command("npm run preview --")
        .exitOverride()
        .description("says what the working tree would change: of what a commit declares, or of what a state records")
        .option("--base <ref>", "commit, branch or tag to compare with, by code alone")
        .option("--state <file>", "export of a stack's state to compare with; without it and --base, the back end's")
        .option("--stack <name...>", "only these stacks", []);
    return withReportOptions(command)
        .addHelpText(
            "after",
            "\n--impact NAME says what depends on one thing: npm run preview -- --impact registries/land",
        )
        .option("--detailed-exitcode", "exit with code 2 where something changes", false)
        .action(async ({ base, state, stack, detailedExitcode, ...options }: Options) => {
            prepareReports(options);
            const report = await reportOn(base, state, stack);
            await writeReport(report, options);
            fail(exitCode(report, detailedExitcode));
        });
}

const argv = process.argv.slice(2);
runCommand(() => runProgram(asksImpact(argv) ? impactProgram : program, argv));
