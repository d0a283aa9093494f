/** `npm run restore -- --from luxembourg [--copy FOLDER] [--name NAME] [--at TIME] [--registry NAME]` */
import { existsSync, readFileSync } from "node:fs";
import * as path from "node:path";
import Table from "cli-table3";
import { Command } from "commander";
import { REGISTRIES, type Registry, parseRegistry } from "../data/registries";
import { runningOf } from "../infra/registries/config";
import { INSTANT_FORMS, type Instant, parseInstant } from "../infra/conventions/instant";
import { pairedSites } from "../toolchain/cli/stack-config";
import { buildToolchain, toolchainChoice } from "../toolchain/build";
import { writeAtomically } from "../toolchain/build/stamp";
import { colorsFor } from "../command-line/colors";
import { runCommand } from "../command-line/command";
import { binDir, embassyHome } from "../command-line/paths";
import { LabError } from "../lab/errors";
import { type Comparison, compare } from "./compare";
import { environmentOf, templateConfig } from "./environment";
import { type Digests, parseExpected } from "./expect";
import { alone } from "./presence";
import { isProven, summary } from "./report";
import { discard, restore } from "./restore";
import { runProgram } from "../command-line/program";
import { TABLE_STYLE } from "../command-line/table";
import { chosen, duration } from "../command-line/typed";

interface Flags {
    readonly name?: string;
    readonly from?: string;
    readonly copy?: string;
    readonly at?: string;
    readonly wait?: string;
    readonly registry?: string[];
    readonly expect?: string;
    readonly keys?: string;
    readonly remove?: boolean;
    readonly compare?: string;
    readonly json?: boolean;
}

async function main(flags: Flags): Promise<number> {
    const toolchain = toolchainChoice();
    const environment = environmentOf(flags.name, embassyHome);
    if (flags.remove) {
        await alone(environment, embassyHome, () => discard(environment, embassyHome));
        process.stdout.write(`${environment.site}: removed\n`);
        return 0;
    }
    if (flags.compare !== undefined) {
        const comparison = await compare(flags.compare, environment.site, embassyHome, binDir);
        process.stdout.write(flags.json ? `${JSON.stringify(comparison, null, 4)}\n` : compared(comparison));
        return comparison.undeclared.length > 0 ? 1 : 0;
    }
    if (flags.from === undefined) {
        throw new LabError(`Name the site whose backups are restored: --from ${pairedSites().at(-1) ?? "<site>"}`);
    }
    const registries = flags.registry ? chosen(REGISTRIES, flags.registry, runningOne) : running();
    const request = {
        environment,
        from: flags.from,
        copy: flags.copy,
        at: flags.at === undefined ? undefined : instant(flags.at),
        wait: flags.wait === undefined ? 0 : duration("--wait", flags.wait),
        registries,
        expected: flags.expect === undefined ? undefined : expectedIn(flags.expect, registries),
        keysFile: flags.keys,
    };
    if (!["pulumi", "kubelet"].every((part) => existsSync(path.join(binDir, part)))) {
        await buildToolchain({ uses: ["pulumi", "real"] });
    }
    const { bold } = colorsFor(process.stderr);
    const onPhase = (phase: string, detail: string): void => void process.stderr.write(`${bold(phase)}: ${detail}\n`);
    const report = await restore({ ...request, toolchain, home: embassyHome, onPhase });
    writeAtomically(environment.report, `${JSON.stringify(report, null, 4)}\n`);
    process.stdout.write(flags.json ? `${JSON.stringify(report, null, 4)}\n` : summary(report, environment));
    return isProven(report) ? 0 : 1;
}

/** @throws LabError where the text is no instant: a time without its zone is another one elsewhere */
export function instant(text: string): Instant {
    const at = parseInstant(text);
    if (at === undefined) {
        throw new LabError(`--at is "${text}", which is not an instant: ${INSTANT_FORMS}.`);
    }
    return at;
}

/** The registries that run according to the template. */
function running(): Registry[] {
    return runningOf(templateConfig(), REGISTRIES);
}

function runningOne(name: string): Registry {
    const registry = parseRegistry(name);
    if (!running().includes(registry)) {
        throw new LabError(
            `${name} does not run yet, so it has no backups. Registries that run: ${running().join(", ")}.`,
        );
    }
    return registry;
}

/** @throws LabError before anything is made, where a file does not have the digest of every table */
function expectedIn(file: string, registries: readonly Registry[]): Digests {
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch (error) {
        throw new LabError(`${file}, which says what is expected, cannot be read: ${(error as Error).message}`);
    }
    return parseExpected(text, file, registries);
}

function compared({ site, environment, objects, declared, undeclared }: Comparison): string {
    const table = new Table({
        head: ["object", "field", site, environment],
        style: TABLE_STYLE,
    });
    table.push(...undeclared.map(({ resource, field, left, right }) => [resource, field, text(left), text(right)]));
    return [
        ...(undeclared.length > 0 ? [table.toString()] : []),
        `${objects.site} objects of ${site}, ${objects.environment} of ${environment}: ${declared} fields differ as declared in ` +
            `infra/restore/parity.ts, ${undeclared.length} others.`,
        "",
    ].join("\n");
}

function text(value: unknown): string {
    return value === undefined ? "" : JSON.stringify(value).slice(0, 60);
}

function program(fail: (code: number) => void): Command {
    return new Command("npm run restore --")
        .description(
            "Makes a restore environment from a site's backups, and proves what is in it with digests and references.",
        )
        .option("--from <site>", "the site whose backups are restored")
        .option(
            "--copy <folder>",
            "folder that the backups of one registry were copied to, such as from the public cloud's bucket; the default is the disk of the site's object store",
        )
        .option(
            "--name <name>",
            "name of an environment beside others: its site and stack are restore-<name>; the default is restore",
        )
        .option(
            "--at <time>",
            "restore to this instant (PITR), with its time zone; the default is the last instant that is backed up, or that several registries have in common",
        )
        .option(
            "--wait <time>",
            "how long to wait for what is not backed up yet, such as 2m; without it such an instant is refused at once",
        )
        .option("--registry <names...>", "restore only these registries; the default is all that run")
        .option(
            "--expect <file>",
            "digests that every table must have, as data digest --json prints them or a restore's report has them; exit code 1 where one differs",
        )
        .option(
            "--keys <file>",
            "what custodians have recovered (npm run keys -- recover), where the state of the root's stack is gone",
        )
        .option(
            "--compare <site>",
            "compare the environment's live objects with those of a site (parity); exit code 1 where more differs than may",
        )
        .option("--remove", "take the environment down, with its data")
        .option("--json", "print the report as JSON")
        .action(async (flags: Flags) => fail(await main(flags)));
}

runCommand(() => runProgram(program, process.argv.slice(2)));
