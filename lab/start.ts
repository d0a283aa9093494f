/** `npm start`: from a fresh clone to two running sites. A second run finds everything there and changes nothing. */
import Table from "cli-table3";
import { Command, Option } from "commander";
import { buildToolchain, toolchainChoice } from "../toolchain/build";
import { type UpResult, upStack } from "../toolchain/cli/up";
import { colorsFor } from "../toolchain/colors";
import { UserError, runCommand } from "../toolchain/command";
import { type NodeKind, defaultSites, nodeKinds } from "./inventory";
import * as lab from "./lab";
import { eachSite } from "./progress";

/** Until the databases are set up, pods are scheduled and not run. */
const NODES = { nodes: "simulated" } as const;

function say(step: string): void {
    process.stderr.write(`${colorsFor(process.stderr).bold(step)}\n`);
}

async function start(): Promise<number> {
    const began = Date.now();
    const toolchain = toolchainChoice();
    say("Toolchain");
    const parts = await buildToolchain();
    process.stderr.write(
        `${parts.length} parts, ${parts.filter(({ outcome }) => outcome === "built").length} built now\n`,
    );

    say("Lab");
    await lab.preflight(defaultSites, NODES);
    await eachSite(defaultSites, "up", (site, onProgress) => lab.upSite(site, { ...NODES, onProgress }));

    const results: UpResult[] = [];
    for (const stack of defaultSites) {
        say(`pulumi up ${stack}`);
        const result = await upStack(stack, toolchain);
        results.push(result);
        if (result.code !== 0) {
            process.stderr.write(
                `pulumi up ${stack} failed (exit code ${result.code}); run npm start again to go on from here.\n`,
            );
            return result.code;
        }
    }
    await summarize(results, (Date.now() - began) / 1000);
    return 0;
}

async function summarize(results: readonly UpResult[], seconds: number): Promise<void> {
    const sites = new Map((await lab.status(defaultSites)).map((status) => [status.site, status]));
    const table = new Table({
        head: ["site", "API server", "nodes", "resources", "changes"],
        style: { head: [], border: [], compact: true },
    });
    for (const { stack, resources, changed } of results) {
        const site = sites.get(stack);
        const port = site?.parts.find(({ part }) => part === "kube-apiserver")?.port;
        table.push([
            stack,
            `https://127.0.0.1:${port ?? "?"}`,
            `${site?.nodes?.ready ?? 0} of ${site?.nodes?.total ?? 0} simulated`,
            resources,
            changed === 0 ? "no changes" : `${changed} changed`,
        ]);
    }
    process.stdout.write(
        [
            table.toString(),
            "On simulated nodes workloads are scheduled, not run.",
            `Ready in ${seconds.toFixed(0)} s. Look around: npm run lab -- status, npm run pulumi -- preview -s luxembourg`,
            "",
        ].join("\n"),
    );
}

runCommand(async () => {
    new Command("npm start --")
        .description("From a fresh clone to two running sites.")
        .addOption(new Option("--nodes <kind>", "what runs the pods").choices(nodeKinds).default(NODES.nodes))
        .action(({ nodes }: { nodes: NodeKind }) => {
            if (nodes !== NODES.nodes) {
                throw new UserError(
                    "The registries' databases are declared and not yet set up, so on real nodes they would not become ready. " +
                        "Real nodes by themselves: npm run lab -- up tallinn luxembourg --nodes real",
                );
            }
        })
        .parse();
    return start();
});
