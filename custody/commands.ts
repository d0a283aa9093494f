/** `npm run keys -- …`: the commands and their options. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { showProgress } from "../command-line/progress";
import { buildToolchain, toolchainChoice } from "../toolchain/build";
import { stackConfig } from "../toolchain/cli/stack-config";
import { declaredStacks } from "../toolchain/cli/stack-file";
import { UserError } from "../command-line/command";
import { binDir } from "../command-line/paths";
import { chosen, wholeNumber } from "../command-line/typed";
import { holdCeremony } from "./ceremony";
import { parseCustodians } from "./custodians";
import { readOpening, readSigningKey, readText, refuseExisting, writeCeremony, writeRecovered } from "./files";
import { ROOT, SECRET_NAMES, type SecretName, parseFile } from "./format";
import { WITNESS, addGlassCommands } from "./glass-commands";
import { recover } from "./recover";
import { rehearse } from "./rehearse";
import { writeDiskKeys } from "./disk-keys";
import { ceremonyReport, recoveryReport, rehearsalReport } from "./report";
import { secretsOf } from "./secrets";
import { MOST_CUSTODIANS } from "./stage";

interface Common {
    readonly json?: boolean;
}

interface CeremonyFlags extends Common {
    readonly custodians: string;
    readonly witnessKey: string;
    readonly out: string;
}

interface RecoverFlags extends Common {
    readonly transcript: string;
    readonly witness: string;
    readonly envelope: string[];
    readonly identity: string[];
    readonly only?: string[];
    readonly acceptExpired?: boolean;
    readonly out: string;
}

interface DisksFlags extends Common {
    readonly site: string;
    readonly keys?: string;
    readonly out: string;
}

interface RehearseFlags extends Common {
    readonly custodians: string;
    readonly threshold: string;
}

function print(json: boolean | undefined, value: unknown, report: () => string): void {
    process.stdout.write(`${json ? JSON.stringify(value, null, 4) : report()}\n`);
}

async function runCeremony(flags: CeremonyFlags): Promise<void> {
    const now = new Date();
    const custodians = parseCustodians(await readText(flags.custodians), flags.custodians, now);
    const witnessKey = await readSigningKey(flags.witnessKey);
    await refuseExisting(flags.out);
    const stack = rootStack();
    const progress = showProgress();
    progress.update("secrets", `from the state of ${stack}`);
    if (!existsSync(join(binDir, "pulumi"))) {
        await buildToolchain({ uses: ["pulumi"] });
    }
    const secrets = await secretsOf(stack, toolchainChoice());
    const onSecret = (name: string): void => progress.update("shares", name);
    const held = await holdCeremony({ custodians, secrets, stack, witnessKey, now, onSecret });
    await writeCeremony(flags.out, held);
    progress.end();
    print(flags.json, held.transcript, () => ceremonyReport(held.transcript, flags.out));
}

async function runRecover(flags: RecoverFlags): Promise<void> {
    const only = flags.only && chosen(SECRET_NAMES, flags.only, known);
    await refuseExisting(flags.out);
    const opening = await readOpening(flags);
    const { transcript } = opening;
    const wanted = only ?? SECRET_NAMES.filter((name) => name in transcript.secrets);
    const acceptExpired = flags.acceptExpired ?? false;
    const request = { ...opening, witness: flags.witness, wanted, acceptExpired, now: new Date() };
    const { recovered, problems } = await recover(request);
    for (const problem of problems) {
        process.stderr.write(`${problem}\n`);
    }
    await writeRecovered(flags.out, recovered);
    const { ceremony } = recovered;
    const result = { ceremony, secrets: wanted, file: flags.out, problems };
    print(flags.json, result, () => recoveryReport(wanted, flags.out, transcript));
}

async function runDisks({ site, keys, out, json }: DisksFlags): Promise<void> {
    const config = stackConfig(site);
    await refuseExisting(out);
    const root =
        keys === undefined
            ? (await secretsOf(rootStack(), toolchainChoice()))[ROOT]
            : parseFile("recovered keys", await readText(keys), keys).secrets[ROOT];
    if (root === undefined) {
        throw new UserError(
            `${keys} has no key of ${ROOT}: recover it as well (npm run keys -- recover --only ${ROOT} …).`,
        );
    }
    const hosts = await writeDiskKeys(out, config, root);
    print(
        json,
        { site, hosts, file: out },
        () => `${out} has the disk keys of ${hosts.join(", ")}. Remove it once they are open.`,
    );
}

async function runRehearse(flags: RehearseFlags, fail: (code: number) => void): Promise<void> {
    const progress = showProgress();
    const report = await rehearse({
        custodians: wholeNumber("--custodians", flags.custodians, 2, MOST_CUSTODIANS),
        threshold: wholeNumber("--threshold", flags.threshold, 2, MOST_CUSTODIANS),
        now: new Date(),
        onStep: (step) => progress.update(step),
    });
    progress.end();
    print(flags.json, report, () => rehearsalReport(report));
    fail(report.right ? 0 : 1);
}

/** The stack that holds the root; every stack file has the same one. */
function rootStack(): string {
    const [stack = ""] = declaredStacks();
    return stackConfig(stack).keys.root;
}

function known(name: string): SecretName {
    const found = SECRET_NAMES.find((secret) => secret === name);
    if (found === undefined) {
        throw new UserError(`"${name}" is no secret in custody: choose from ${SECRET_NAMES.join(", ")}.`);
    }
    return found;
}

/** @param fail gets the exit code of a rehearsal in which something was wrong */
export function program(fail: (code: number) => void): Command {
    const command = new Command("npm run keys --")
        .description("Custody of the embassy's keys, in shares from which a quorum of custodians recovers them.")
        .exitOverride();
    command
        .command("ceremony")
        .description(
            "split the root and the registries' secrets into shares for the custodians; the witness signs the transcript",
        )
        .requiredOption("--custodians <file>", "who holds a share, and on which terms (custody/README.md)")
        .requiredOption("--witness-key <file>", "the witness's Ed25519 private key, PEM")
        .requiredOption("--out <folder>", "a new folder for the transcript and the envelopes")
        .option("--json", "print the transcript as JSON")
        .action(runCeremony);
    command
        .command("rehearse")
        .description("rehearse the whole ceremony with throw-away keys; exit 1 where a check fails")
        .option("--custodians <n>", "how many", "5")
        .option("--threshold <k>", "how many are needed", "3")
        .option("--json", "print the report as JSON")
        .action((flags: RehearseFlags) => runRehearse(flags, fail));
    command
        .command("recover")
        .description("recover secrets from envelopes into a file for npm run restore -- --keys")
        .requiredOption("--transcript <file>", "of the ceremony")
        .requiredOption(...WITNESS)
        .requiredOption("--envelope <files...>", "of as many custodians as are needed, or more")
        .requiredOption("--identity <files...>", "their age identities, as age-keygen writes them")
        .option("--only <names...>", `only these of ${SECRET_NAMES.join(", ")}; the others stay encrypted`)
        .option(
            "--accept-expired",
            "also take shares of custodians whose term has ended, where nothing else brings the keys back",
        )
        .requiredOption("--out <file>", "a new file for the secrets, in the clear")
        .option("--json", "print what was recovered, without the secrets, as JSON")
        .action(runRecover);
    command
        .command("disks")
        .description(
            "write down the keys of a site's encrypted disks, for a cold start or a new machine (docs/cold-start.md)",
        )
        .requiredOption("--site <site>", "whose machines' disks")
        .option(
            "--keys <file>",
            "the root's key as recover wrote it; by default the state of the stack that holds the root",
        )
        .requiredOption("--out <file>", "a new file for the keys, in the clear: a line for each machine")
        .option("--json", "print what was written, without the keys, as JSON")
        .action(runDisks);
    addGlassCommands(command);
    return command;
}
