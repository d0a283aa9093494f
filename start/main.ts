/** `npm start` goes from a fresh clone to two running sites. A second run finds everything there and changes nothing. */
import { availableParallelism } from "node:os";
import { basename } from "node:path";
import Table from "cli-table3";
import { Command, Option } from "commander";
import { buildToolchain, toolchainChoice } from "../toolchain/build";
import { refuseLostStates } from "../toolchain/cli/check-states";
import { PROJECT_FILE } from "../toolchain/cli/project-config";
import { type UpResult, upStack } from "../toolchain/cli/up";
import { pairedSites, stackConfig } from "../toolchain/cli/stack-config";
import { colorsFor } from "../command-line/colors";
import { runProgram } from "../command-line/program";
import { UserError, runCommand } from "../command-line/command";
import { declareRunning } from "./chosen-registries";
import { fitOf } from "./fit";
import { type Contents, catchUp, compareRegistries, fillRegistries } from "./contents";
import { type Visit, visitEdges, visitsTable } from "./edge";
import { type NodeKind, nodeKinds } from "../lab/inventory";
import * as lab from "../lab/lab";
import { hostProblems } from "../lab/nodes/host";
import { eachSite } from "../lab/progress";
import { runningOf } from "../infra/registries/config";
import { REGISTRIES, parseRegistries } from "../data/registries";
import { TABLE_STYLE } from "../command-line/table";
import { together } from "../command-line/together";

/** The steps of this start, each with the time at which it began, in milliseconds. */
const steps: { readonly name: string; readonly at: number }[] = [];

function say(step: string): void {
    steps.push({ name: step, at: performance.now() });
    process.stderr.write(`${colorsFor(process.stderr).bold(step)}\n`);
}

/** The seconds that each step took. */
function timings(): string {
    const ends = [...steps.slice(1).map(({ at }) => at), performance.now()];
    return steps.map(({ name, at }, index) => `${name} ${(((ends[index] ?? at) - at) / 1000).toFixed(0)}`).join(", ");
}

/** Real nodes where they are possible, unless the sites were made with simulated ones. */
async function chooseNodes(): Promise<NodeKind> {
    const problems = hostProblems();
    const known = (await lab.knownSites()).map((site) => lab.nodeKindOf(site)).find((kind) => kind !== undefined);
    if (known === undefined && problems.length > 0) {
        process.stderr.write(
            `Nodes are simulated, because this host has not what real ones need: ${problems.join("; ")}.\n`,
        );
    }
    return known ?? (problems.length > 0 ? "simulated" : "real");
}

/** Checks that there is room, unless a site is up already. @throws UserError where there is too little */
async function refuseTooMuch(sites: readonly string[], nodes: NodeKind, anyway: boolean): Promise<void> {
    if (await lab.someUp(sites)) {
        return;
    }
    const running = new Set(sites.flatMap((site) => runningOf(stackConfig(site), REGISTRIES)));
    const computer = { free: process.availableMemory(), cores: availableParallelism() };
    const { fits, says } = fitOf(computer, running.size, nodes === "real");
    process.stderr.write(`${says}\n`);
    if (!fits && !anyway) {
        throw new UserError("Nothing was begun. To begin all the same: npm start -- --anyway");
    }
}

interface Wanted {
    readonly nodes?: NodeKind;
    readonly registries?: readonly string[];
    readonly anyway?: boolean;
}

async function start(wanted: Wanted): Promise<number> {
    const began = Date.now();
    const toolchain = toolchainChoice();
    const sites = pairedSites();
    if (wanted.registries !== undefined) {
        for (const file of declareRunning(sites, parseRegistries(wanted.registries))) {
            const of = basename(file) === PROJECT_FILE ? "for every stack, " : "";
            process.stderr.write(
                `${file} declares now, ${of}that ${wanted.registries.join(", ")} run, and no others\n`,
            );
        }
    }
    const nodes = wanted.nodes ?? (await chooseNodes());
    await refuseTooMuch(sites, nodes, wanted.anyway ?? false);
    say("Toolchain");
    const parts = await buildToolchain({ uses: ["pulumi", nodes] });
    process.stderr.write(
        `${parts.length} parts, ${parts.filter(({ outcome }) => outcome === "built").length} built now\n`,
    );

    say("Lab");
    await lab.preflight(sites, { nodes });
    await eachSite(sites, "up", (site, onProgress) => lab.upSite(site, { nodes, onProgress }));

    refuseLostStates(sites, toolchain);
    const results: UpResult[] = [];
    for (const stack of sites) {
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
    const [contents, visits] = nodes === "real" ? await checked(sites) : [[], []];
    await summarize(sites, results, contents, visits, (Date.now() - began) / 1000);
    if (visits.some(({ asExpected }) => !asExpected)) {
        process.stderr.write(
            "An edge does not answer as expected. Look at npm run lab -- status, and run npm run lab -- edge to ask again.\n",
        );
        return 1;
    }
    return 0;
}

/** What the registries hold, and what the edges answer about it. */
async function checked(sites: readonly string[]): Promise<[Contents[], Visit[]]> {
    say("Registries and edge");
    const configs = sites.map((site) => stackConfig(site));
    await fillRegistries(configs);
    const followed = await catchUp(configs);
    return together([compareRegistries(followed), visitEdges(sites)] as const);
}

async function summarize(
    sites: readonly string[],
    results: readonly UpResult[],
    contents: readonly Contents[],
    visits: readonly Visit[],
    seconds: number,
): Promise<void> {
    const found = new Map((await lab.reach(sites)).map((each) => [each.site, each]));
    const table = new Table({ head: ["site", "API server", "nodes", "resources", "changes"], style: TABLE_STYLE });
    for (const { stack, resources, changed } of results) {
        const site = found.get(stack);
        table.push([
            stack,
            `https://127.0.0.1:${site?.port ?? "?"}`,
            `${site?.nodes?.ready ?? 0} of ${site?.nodes?.total ?? 0} ${site?.nodeKind ?? ""}`,
            resources,
            changed === 0 ? "no changes" : `${changed} changed`,
        ]);
    }
    process.stdout.write(
        [
            table.toString(),
            contents.length > 0 ? contentsTable(contents) : "On simulated nodes workloads are scheduled, not run.",
            ...(visits.length > 0 ? [visitsTable(visits)] : []),
            `Ready in ${seconds.toFixed(0)} s (${timings()}). Look around: npm run lab -- status, npm run data -- count --site ${sites.at(-1) ?? ""}`,
            "",
        ].join("\n"),
    );
}

function contentsTable(contents: readonly Contents[]): string {
    const table = new Table({ head: ["registry", "site", "role", "rows", "digest", "behind"], style: TABLE_STYLE });
    for (const { registry, site, role, rows, digest, lag } of contents) {
        const behind = lag === undefined ? "" : `${lag.bytes} bytes, ${lag.seconds.toFixed(2)} s`;
        table.push([registry, site, role, rows, digest, behind]);
    }
    return table.toString();
}

function program(fail: (code: number) => void): Command {
    return new Command("npm start --")
        .description("From a fresh clone to two running sites.")
        .addOption(
            new Option("--nodes <kind>", "what runs the pods; real by default, as root on Linux").choices(nodeKinds),
        )
        .option("--registries <names...>", "declare in Pulumi.yaml, for every stack, that these run, and no others")
        .option("--anyway", "begin also where memory may not suffice")
        .action(async (wanted: Wanted) => fail(await start(wanted)));
}

runCommand(() => runProgram(program, process.argv.slice(2)));
