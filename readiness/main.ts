/** `npm run ready -- --site NAME` says whether a site could take over now, or go on; exit code 1 where it could not. docs/ready.md */
import { Command } from "commander";
import { runCommand } from "../command-line/command";
import { embassyHome } from "../command-line/paths";
import { runProgram } from "../command-line/program";
import { SitePaths } from "../lab/paths";
import { addressOf } from "../toolchain/cli/site-address";
import { stackConfig } from "../toolchain/cli/stack-config";
import { Client } from "../toolchain/providers/kubernetes/client";
import { ApiError, UnreachableError } from "../toolchain/providers/kubernetes/errors";
import { factsOf } from "./facts";
import { type Line, worst } from "./line";
import { questions } from "./questions";
import { readinessReport } from "./report";

interface Flags {
    readonly site: string;
    readonly json?: boolean;
}

async function answers(site: string): Promise<Line[]> {
    const config = stackConfig(site);
    // The lab's administrator may see machines. Elsewhere whoever the kubeconfig names has to be allowed to.
    const { kubeconfig } = new SitePaths(embassyHome, site);
    const address = await addressOf(site, config.site.context, { EMBASSY_KUBECONFIG: kubeconfig, ...process.env });
    try {
        return questions(site, config, await factsOf(new Client(address)), Date.now());
    } catch (error) {
        if (error instanceof ApiError || error instanceof UnreachableError) {
            const remedy = `npm run lab -- up ${site}, or look at the machines of its control plane`;
            return [{ question: "API server", verdict: "red", says: error.message, remedy }];
        }
        throw error;
    }
}

function program(fail: (code: number) => void): Command {
    return new Command("npm run ready --")
        .exitOverride()
        .description("says whether a site could take over now; changes nothing. Exit code 1: it could not")
        .requiredOption("--site <name>", "the site that is asked")
        .option("--json", "print the answers as JSON")
        .action(async ({ site, json }: Flags) => {
            const lines = await answers(site);
            const verdict = worst(lines);
            process.stdout.write(
                `${json ? JSON.stringify({ site, verdict, lines }, null, 4) : readinessReport(site, lines)}\n`,
            );
            fail(verdict === "red" ? 1 : 0);
        });
}

runCommand(() => runProgram(program, process.argv.slice(2)));
