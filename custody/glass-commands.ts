/** `npm run keys -- break-glass` lets a person into a site, and `record` checks the record of it. */
import * as fs from "node:fs/promises";
import type { Command } from "commander";
import { duration } from "../command-line/typed";
import { addressOf } from "../toolchain/cli/site-address";
import { INSTANT_FORMS, parseInstant, secondsOf } from "../infra/conventions/instant";
import { kubeconfig } from "../credentials/kubeconfig";
import { stackConfig } from "../toolchain/cli/stack-config";
import { UserError } from "../command-line/command";
import { breakGlass, checkRecord } from "./break-glass";
import { refuseWrongClock, timeAt } from "./clock";
import { readOpening, writeGlass, readText, readTranscript, refuseExisting } from "./files";
import { type Transcript, parseFile } from "./format";
import { glassReport, recordReport } from "./report";

interface GlassFlags {
    readonly site: string;
    readonly person: string;
    readonly askedBy: string;
    readonly reason: string;
    readonly for: string;
    readonly transcript: string;
    readonly witness: string;
    readonly envelope: string[];
    readonly identity: string[];
    readonly now?: string;
    readonly out: string;
}

async function runBreakGlass(flags: GlassFlags): Promise<void> {
    const { site, person, askedBy, reason, witness, out } = flags;
    const { keys, site: declared } = stackConfig(site);
    await refuseExisting(out);
    const opening = await readOpening(flags);
    const access = { site: declared.context, user: person, ...(await serverOf(site, declared.context)) };
    const now = new Date();
    refuseWrongClock(now, await timeAt(access.server, access.authority), watchesSay(flags.now));
    const hours = duration("--for", flags.for) / 3600;
    const request = { site: declared.name, person, askedBy, reason, hours, witness, ...opening, now };
    const { credentials, record, problems } = await breakGlass(request);
    warn(...problems, ...unknownTo(site, keys.breakGlass, opening.transcript));
    await writeGlass(out, record, kubeconfig({ ...access, credentials }));
    process.stdout.write(`${glassReport(record, out)}\n`);
}

function watchesSay(now: string | undefined): Date | undefined {
    const instant = now === undefined ? undefined : parseInstant(now);
    if (now !== undefined && instant === undefined) {
        throw new UserError(`--now is "${now}": ${INSTANT_FORMS}.`);
    }
    return instant && new Date(secondsOf(instant) * 1000);
}

/** The API server and the authority of its certificate, from the site's kubeconfig. */
async function serverOf(site: string, context: string): Promise<{ server: string; authority: string }> {
    const { config, server, source } = await addressOf(site, context, process.env);
    const { caData, caFile } = config.getCurrentCluster() ?? {};
    const authority = caData ? Buffer.from(caData, "base64").toString() : caFile && (await fs.readFile(caFile, "utf8"));
    if (!authority) {
        throw new UserError(
            `${source} does not say by which authority the API server of ${site} is known: it must have certificate-authority-data.`,
        );
    }
    return { server, authority };
}

/** Reasons why the site may not accept the certificate. It is issued all the same, because the stack file here may not be the site's. */
function unknownTo(site: string, declared: string | undefined, { breakGlass }: Transcript): string[] {
    return declared?.trim() === breakGlass?.trim()
        ? []
        : [
              `data-embassy:keys.breakGlass in Pulumi.${site}.yaml is ${declared === undefined ? "missing" : "of another ceremony"}: ` +
                  "the API servers let in nobody until it is the break-glass.crt of this one.",
          ];
}

function warn(...lines: readonly string[]): void {
    lines.forEach((line) => process.stderr.write(`${line}\n`));
}

async function runRecord(
    file: string,
    { transcript, witness }: Record<"transcript" | "witness", string>,
): Promise<void> {
    const signed = await readTranscript(transcript);
    const record = parseFile("break-glass record", await readText(file), file);
    checkRecord(record, signed, witness);
    process.stdout.write(`${recordReport(record, signed)}\n`);
}

/** Options of a command that trusts a transcript. */
export const WITNESS = [
    "--witness <fingerprint>",
    "SHA256:… of the witness's key, as the custodians wrote it down",
] as const;

export function addGlassCommands(command: Command): void {
    command
        .command("break-glass")
        .description(
            "let one person into one site's pods for an hour: writes a kubeconfig and a signed record of who asked and why",
        )
        .requiredOption("--site <name>", "the site")
        .requiredOption("--person <name>", "who is let in, as the site's audit log will say")
        .requiredOption("--asked-by <who>", "who asked for it")
        .requiredOption("--reason <text>", "why")
        .option("--for <time>", "how long", "1h")
        .option("--now <time>", "what the custodians' watches say, where the site's API server does not answer")
        .requiredOption("--transcript <file>", "of the ceremony")
        .requiredOption(...WITNESS)
        .requiredOption("--envelope <files...>", "of as many custodians as are needed, or more")
        .requiredOption("--identity <files...>", "their age identities, as age-keygen writes them")
        .requiredOption("--out <folder>", "a new folder for the kubeconfig and the record")
        .action(runBreakGlass);
    command
        .command("record <file>")
        .description("show a break-glass record, and check that a quorum signed it")
        .requiredOption("--transcript <file>", "of the ceremony")
        .requiredOption(...WITNESS)
        .action(runRecord);
}
