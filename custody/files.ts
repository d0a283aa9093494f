/** The files of a ceremony. Only their owner can read them, they appear whole or not at all, and none replaces another one. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { type KeyObject, createPrivateKey, randomUUID } from "node:crypto";
import { identityToRecipient } from "age-encryption";
import { hasCode } from "../command-line/system-error";
import { PRIVATE_FILE, ensureFile, makeDirectory } from "../command-line/files";
import { together } from "../command-line/together";
import { UserError } from "../command-line/command";
import type { Held } from "./ceremony";
import { type Envelope, type GlassRecord, type Recovered, type Transcript, parseFile } from "./format";
import { refusal } from "./step";

export const TRANSCRIPT = "transcript.json";
export const GLASS_CERTIFICATE = "break-glass.crt";
export const GLASS_RECORD = "record.json";
export const GLASS_KUBECONFIG = "kubeconfig";

export function envelopeFile(office: string): string {
    return `${office}.envelope.json`;
}

/** Writes a new folder with the transcript, an envelope for each custodian, and a certificate for the sites. */
export async function writeCeremony(folder: string, { transcript, envelopes }: Held): Promise<void> {
    await writeFolder(folder, {
        [TRANSCRIPT]: json(transcript),
        [GLASS_CERTIFICATE]: transcript.breakGlass ?? "",
        ...Object.fromEntries(envelopes.map((envelope) => [envelopeFile(envelope.custodian), json(envelope)])),
    });
}

/** Writes a new folder with the record, and the kubeconfig that lets the person in. */
export async function writeGlass(folder: string, record: GlassRecord, kubeconfig: string): Promise<void> {
    await writeFolder(folder, { [GLASS_RECORD]: json(record), [GLASS_KUBECONFIG]: kubeconfig });
}

async function writeFolder(out: string, files: Readonly<Record<string, string>>): Promise<void> {
    // The path must not end in a slash, so that the unfinished folder is beside it and not in it.
    const folder = path.resolve(out);
    const unfinished = `${folder}.${randomUUID()}`;
    try {
        for (const [name, content] of Object.entries(files)) {
            await ensureFile(path.join(unfinished, name), content);
        }
        await fs.rename(unfinished, folder);
    } catch (error) {
        throw unwritable(out, error);
    } finally {
        await fs.rm(unfinished, { recursive: true, force: true });
    }
}

export async function writeRecovered(file: string, recovered: Recovered): Promise<void> {
    await writeInTheClear(file, json(recovered));
}

/** Writes a new file with secrets in the clear. @throws UserError where the file exists */
export async function writeInTheClear(file: string, text: string): Promise<void> {
    await refuseExisting(file);
    try {
        await makeDirectory(path.dirname(file));
        // Renaming would replace a file that somebody has made in the meantime.
        await fs.writeFile(file, text, { flag: "wx", mode: PRIVATE_FILE });
    } catch (error) {
        throw unwritable(file, error);
    }
}

function unwritable(file: string, error: unknown): UserError {
    return new UserError(`${file} cannot be written: ${(error as Error).message}. Give another name with --out.`);
}

/** @throws UserError where something exists already, or nothing can be made: a ceremony is never overwritten */
export async function refuseExisting(file: string): Promise<void> {
    try {
        await fs.lstat(file);
    } catch (error) {
        if (hasCode(error, "ENOENT")) {
            return;
        }
        throw unwritable(file, error);
    }
    throw new UserError(`${file} is there already, and is not written over: give another name with --out.`);
}

/** The file's text without the mark that some editors put before the first line. @throws UserError naming a file that cannot be read */
export async function readText(file: string): Promise<string> {
    try {
        return (await fs.readFile(file, "utf8")).replace(/^\uFEFF/, "");
    } catch (error) {
        const why = hasCode(error, "ENOENT") ? "there is no such file" : (error as Error).message;
        throw new UserError(`${file} cannot be read: ${why}.`);
    }
}

/** Reads the transcript of a ceremony. @throws UserError naming a file that cannot be read, and who has a copy */
export async function readTranscript(file: string): Promise<Transcript> {
    try {
        return parseFile("transcript", await readText(file), file);
    } catch (error) {
        throw new UserError(
            `${refusal(error)} Every custodian has a copy of the transcript, and any one will do: without it no share can be told from a ` +
                "wrong one. Where none is left and the state is: hold another ceremony (npm run keys -- ceremony).",
        );
    }
}

interface OpeningFiles {
    readonly transcript: string;
    readonly envelope: readonly string[];
    readonly identity: readonly string[];
}

/** Reads what custodians bring with them. @throws UserError naming a file that cannot be read, or is no transcript or identity */
export async function readOpening(files: OpeningFiles): Promise<{
    readonly transcript: Transcript;
    readonly envelopes: readonly Envelope[];
    /** What is wrong with files that are no envelopes; the other custodians' envelopes may be enough. */
    readonly damaged: readonly string[];
    readonly identities: readonly string[];
}> {
    const transcript = await readTranscript(files.transcript);
    const texts = await together(files.envelope.map(readText));
    const identities = await together(files.identity.map(readIdentities));
    const envelopes: Envelope[] = [];
    const damaged: string[] = [];
    for (const [index, file] of files.envelope.entries()) {
        try {
            envelopes.push(parseFile("envelope", texts[index] ?? "", file));
        } catch (error) {
            damaged.push(refusal(error));
        }
    }
    return { transcript, envelopes, damaged, identities: identities.flat() };
}

/** The identities in a file as age-keygen writes it. @throws UserError where there are none, or one is damaged */
export async function readIdentities(file: string): Promise<string[]> {
    const lines = (await readText(file)).split(/\r?\n/).map((line) => line.trim());
    const identities = lines.filter((line) => line !== "" && !line.startsWith("#"));
    const sound = await Promise.all(
        identities.map((identity) =>
            identityToRecipient(identity).then(
                () => true,
                () => false,
            ),
        ),
    );
    if (identities.length === 0 || sound.includes(false)) {
        throw new UserError(
            `${file} holds no age identity: it must have a line AGE-SECRET-KEY-1…, as age-keygen writes it. ` +
                "One that is encrypted with a passphrase: age --decrypt it first, to a place that leaves with you.",
        );
    }
    return identities;
}

/** @throws UserError where the file is no private key of Ed25519 */
export async function readSigningKey(file: string): Promise<KeyObject> {
    const text = await readText(file);
    try {
        const key = createPrivateKey(text);
        if (key.asymmetricKeyType === "ed25519") {
            return key;
        }
    } catch {
        // The advice below is the same as for a key of another type.
    }
    throw new UserError(`${file} holds no Ed25519 private key in PEM: openssl genpkey -algorithm ed25519 makes one.`);
}

function json(value: unknown): string {
    return `${JSON.stringify(value, null, 4)}\n`;
}
