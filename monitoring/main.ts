/** `npm run alerts` says what is wrong now, as each site's own Prometheus judges; exit code 1 where something is. docs/alerts.md */
import { Command } from "commander";
import { runCommand } from "../command-line/command";
import { runProgram } from "../command-line/program";
import { pairedSites, stackConfig } from "../toolchain/cli/stack-config";
import { askSite } from "./ask";
import { alertsReport } from "./report";
import { watchedSites } from "./watched";

interface Flags {
    readonly site?: readonly string[];
    readonly json?: boolean;
}

function program(fail: (code: number) => void): Command {
    return new Command("npm run alerts --")
        .exitOverride()
        .description(
            "says what is wrong in each site now; changes nothing. Exit code 1: something is, or a site could not be asked",
        )
        .option("--site <name...>", "the sites that are asked; by default, all that are watched")
        .option("--json", "print the alerts as JSON")
        .action(async ({ site = watchedSites(pairedSites(), stackConfig), json }: Flags) => {
            const answers = await Promise.all(site.map((name) => askSite(name, stackConfig(name).site.context)));
            process.stdout.write(`${json ? JSON.stringify(answers, null, 4) : alertsReport(answers)}\n`);
            fail(answers.some(({ firing }) => firing === undefined || firing.length > 0) ? 1 : 0);
        });
}

runCommand(() => runProgram(program, process.argv.slice(2)));
