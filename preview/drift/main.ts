/** `npm run drift` shows what differs between each site's cluster and its state, and who wrote it: docs/preview.md */
import { Command } from "commander";
import { runCommand } from "../../command-line/command";
import { runProgram } from "../../command-line/program";
import { driftExitCode } from "../exit-code";
import { type WriteOptions, prepareReports, withReportOptions, writeReport } from "../show/write";
import { drift } from ".";

interface Options extends WriteOptions {
    readonly stack: readonly string[];
}

function program(fail: (code: number) => void): Command {
    const command = new Command("npm run drift --")
        .exitOverride()
        .description("says where the clusters differ from their states; writes nothing. Exit code 2: drift")
        .option("--stack <name...>", "only these stacks", []);
    return withReportOptions(command).action(async ({ stack, ...options }: Options) => {
        prepareReports(options);
        const report = await drift(stack);
        await writeReport(report, options);
        fail(driftExitCode(report));
    });
}

runCommand(() => runProgram(program, process.argv.slice(2)));
