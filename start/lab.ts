/** `npm run lab -- …` */
import { Command, Option } from "commander";
import { INSTANT_FORMS, parseInstant } from "../infra/conventions/instant";
import { parseRegistries } from "../data/registries";
import { pairedSites } from "../toolchain/cli/stack-config";
import { declaredStacks } from "../toolchain/cli/stack-file";
import { runCommand } from "../command-line/command";
import { runProgram } from "../command-line/program";
import { visitEdges, visitsTable } from "./edge";
import { openPages } from "./open";
import { LabError, explain } from "../lab/errors";
import { type NodeKind, nodeKinds } from "../lab/inventory";
import * as lab from "../lab/lab";
import { eachSite } from "../lab/progress";
import { linkLine, statusReport } from "../lab/report";
import { sitesNamed, sitesToBringUp } from "../lab/named";

type Fail = (code: number) => void;

interface Flags {
    readonly all?: boolean;
    readonly json?: boolean;
    readonly newPorts?: boolean;
    readonly nodes?: NodeKind;
    readonly delete?: boolean;
    readonly registry?: readonly string[];
    readonly folder?: string;
    readonly since?: string;
}

function print(value: unknown): void {
    process.stdout.write(`${typeof value === "string" ? value : JSON.stringify(value, null, 4)}\n`);
}

async function up(named: string[], flags: Flags): Promise<void> {
    const sites = sitesToBringUp(named, flags.all ? declaredStacks() : undefined);
    const options = { newPorts: flags.newPorts ?? false, ...(flags.nodes && { nodes: flags.nodes }) };
    await lab.preflight(sites, options);
    const results = await eachSite(sites, "up", (site, onProgress) => lab.upSite(site, { ...options, onProgress }));
    if (flags.json) {
        print(results);
        return;
    }
    for (const { site, started, seconds, kubeconfig } of results) {
        const what = started.length > 0 ? `up in ${seconds.toFixed(1)} s (${started.join(", ")})` : "was up already";
        print(`${site}: ${what} · KUBECONFIG=${kubeconfig}`);
    }
}

async function down(named: string[], flags: Flags): Promise<void> {
    const sites = await existing(named);
    const deleteData = flags.delete ?? false;
    await eachSite(sites, "down", (site, onProgress) => lab.downSite(site, { deleteData, onProgress }));
    if (flags.json) {
        print(sites.map((site) => ({ site, deleted: deleteData })));
        return;
    }
    print(
        sites.length > 0
            ? `${sites.join(", ")}: ${deleteData ? "stopped and deleted" : "stopped, data kept"}`
            : "No site to stop.",
    );
}

async function status(named: string[], flags: Flags, fail: Fail): Promise<void> {
    const sites = await existing(named);
    const found = await lab.status(sites);
    const expected = named.length > 0 ? found : found.filter((site) => site.up);
    if (expected.length === 0 || !expected.every(lab.isWell)) {
        fail(1);
    }
    const links = await lab.linkStatus(sites);
    print(
        flags.json
            ? found
            : found.length > 0
              ? [statusReport(found), ...links.map(linkLine)].join("\n")
              : "No site is up. Start them with npm run lab -- up",
    );
}

/** The named sites, if the lab has them; all sites that it has, if none is named. */
async function existing(named: readonly string[]): Promise<string[]> {
    return sitesNamed(named, await lab.knownSites());
}

async function parsePart(id: string): Promise<[string, string]> {
    const [name = "", part = "", ...rest] = id.split("/");
    if (part === "") {
        throw new LabError(
            `"${id}" is not a part. Write <site>/<part>, for example ${pairedSites().at(-1) ?? "<site>"}/kube-apiserver.`,
        );
    }
    await existing([name]);
    const parts = lab.partsOf(name);
    if (rest.length > 0 || !parts.includes(part)) {
        throw new LabError(
            `"${id}" is not a part. Write <site>/<part>, for example ${name}/kube-apiserver; parts of ${name} are ${parts.join(", ")}.`,
        );
    }
    return [name, part];
}

async function edge(named: string[], flags: Flags, fail: Fail): Promise<void> {
    const visits = await visitEdges(await existing(named), flags.registry && parseRegistries(flags.registry));
    if (visits.length === 0 || !visits.every(({ asExpected }) => asExpected)) {
        fail(1);
    }
    print(flags.json ? visits : visits.length > 0 ? visitsTable(visits) : "No site has an edge.");
}

/** Prints a site's audit log as the other site's store has it. */
async function audit(site: string, flags: Flags, fail: Fail): Promise<void> {
    const { since } = flags;
    const from = since === undefined ? undefined : parseInstant(since);
    if (since !== undefined && from === undefined) {
        throw new LabError(`--since is "${since}", which is not an instant: ${INSTANT_FORMS}.`);
    }
    const folder = flags.folder ?? (await lab.storedAuditLog(site));
    const problems = await lab.readAuditLog(folder, from, print);
    problems.forEach((problem) => process.stderr.write(`${problem}\n`));
    if (problems.length > 0) {
        fail(1);
    }
}

async function changeLinks(change: typeof lab.cut, named: string[], flags: Flags): Promise<void> {
    const links = await change(await existing(named));
    print(flags.json ? links : links.map(linkLine).join("\n"));
}

/** @param fail gets the exit code where something differs from the declaration */
function program(fail: Fail): Command {
    const command = new Command("npm run lab --")
        .description(
            "The sites of the data embassy on one machine: control planes, and nodes: real ones as root on Linux, simulated ones elsewhere.",
        )
        .exitOverride();
    command
        .command("up")
        .description("bring sites up, or repair what is not as declared")
        .argument("[sites...]", "default: those that are no restore environments")
        .option("--all", "every site that has a stack file")
        .addOption(
            new Option("--nodes <kind>", "of sites that are new: played by kwok, or machines with a kubelet").choices(
                nodeKinds,
            ),
        )
        .option("--new-ports", "choose other ports than the remembered ones")
        .option("--json", "print the result as JSON")
        .action(up);
    command
        .command("down")
        .description("stop sites; their data stays")
        .argument("[sites...]", "default: all that the lab has")
        .option("--delete", "remove their data as well")
        .option("--json", "print the result as JSON")
        .action(down);
    command
        .command("status")
        .description(
            "show what runs, and how old backups are; exit 1 unless all that was brought up is ready and none is too old",
        )
        .argument("[sites...]", "default: all that the lab has")
        .option("--json", "print the status as JSON")
        .action((named: string[], flags: Flags) => status(named, flags, fail));
    command
        .command("fail")
        .description("kill a part as a crash would, and keep it down")
        .argument("<part>", "<site>/<part>, as npm run lab -- status names them")
        .action(async (id: string) => {
            const [site, part] = await parsePart(id);
            await lab.fail(site, part);
            print(`${site}/${part} is down. To start it again: npm run lab -- repair ${site}/${part}`);
        });
    command
        .command("repair")
        .description("start a part again")
        .argument("<part>", "<site>/<part>")
        .action(async (id: string) => {
            const [site, part] = await parsePart(id);
            await lab.repair(site, part);
            print(`${site}/${part} is ready.`);
        });
    command
        .command("edge")
        .description(
            "ask the edge as allies and the public do, and as those who are refused; exit 1 unless every answer is the expected one",
        )
        .argument("[sites...]", "default: all that the lab has")
        .option("--registry <names...>", "only about these; all that run by default")
        .option("--json", "print the answers as JSON")
        .action((named: string[], flags: Flags) => edge(named, flags, fail));
    command
        .command("audit")
        .description(
            "print the audit log of a site's API servers as the other site's store has it; exit 1 where a piece of it is missing or was replaced",
        )
        .argument("<site>", "whose log it is")
        .option("--since <time>", "only what ended since then, such as 2026-11-29T21:00:00Z")
        .option("--folder <path>", "where the bucket is, copied off a store's disk; by default on the disk in the lab")
        .action((site: string, flags: Flags) => audit(site, flags, fail));
    command
        .command("open")
        .description("open ports on loopback at which a browser reads the status page and the gazette, until Ctrl-C")
        .argument("[sites...]", "default: all that the lab has")
        .option("--for <seconds>", "end by itself after that")
        .action(async (named: string[], flags: { readonly for?: string }) =>
            openPages(await existing(named), flags.for, print),
        );
    for (const [name, change, what] of [
        ["cut", lab.cut, "sever the link between sites: nothing passes, and neither end is told"],
        ["heal", lab.heal, "mend the link between sites"],
    ] as const) {
        command
            .command(name)
            .description(what)
            .argument("[sites...]", "default: all that the lab has")
            .option("--json", "print the links as JSON")
            .action((named: string[], flags: Flags) => changeLinks(change, named, flags));
    }
    return command;
}

/** Adds the lab's advice to errors of the system. */
async function advised(run: Promise<number>): Promise<number> {
    try {
        return await run;
    } catch (error) {
        throw new LabError(explain(error));
    }
}

runCommand(() => advised(runProgram(program, process.argv.slice(2))));
