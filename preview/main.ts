/** `npm run preview -- --base REF`: what a change of the code would do, as a report: docs/preview.md */
import { join } from "node:path";
import { Command } from "commander";
import { runCommand } from "../toolchain/command";
import { embassyHome, repoRoot } from "../toolchain/paths";
import { runProgram } from "../toolchain/program";
import { exitCode } from "./exit-code";
import { preview } from "./preview";
import { type WriteOptions, prepareReports, withReportOptions, writeReport } from "./show/write";

interface Options extends WriteOptions {
    readonly base: string;
    readonly stack: readonly string[];
    readonly detailedExitcode: boolean;
}

function program(fail: (code: number) => void): Command {
    const command = new Command("npm run preview --")
        .exitOverride()
        .description("says what the working tree declares otherwise than a commit does, without a state or a cluster")
        .requiredOption("--base <ref>", "commit, branch or tag to compare with")
        .option("--stack <name...>", "these stacks alone", []);
    return withReportOptions(command)
        .option("--detailed-exitcode", "exit code 2 where something changes", false)
        .action(async ({ base, stack, detailedExitcode, ...options }: Options) => {
            prepareReports(options);
            const report = await preview({ repo: repoRoot, folder: join(embassyHome, "preview") }, base, stack);
            await writeReport(report, options);
            fail(exitCode(report, detailedExitcode));
        });
}

runCommand(() => runProgram(program, process.argv.slice(2)));
