/** A ceremony with throw-away keys, for a rehearsal. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { stringify } from "yaml";
import { type Held, type Secrets, holdCeremony } from "./ceremony";
import { type Custodians, dayOf, daysAfter, parseCustodians } from "./custodians";
import { TRANSCRIPT, envelopeFile, readIdentities, readText, writeCeremony } from "./files";
import { type Envelope, ROOT, SECRET_NAMES, parseFile } from "./format";
import { decryptWith, encryptTo } from "./shares";

/** There are as many countries as custodians, with codes that ISO 3166-1 leaves to its users. */
const COUNTRIES = "ABCDEFGHIJKLMNOP".split("").map((letter) => `X${letter}`);
export const MOST_CUSTODIANS = COUNTRIES.length;
export const TERM_DAYS = 365;

export interface Stage {
    readonly terms: Custodians;
    readonly secrets: Secrets;
    readonly held: Held;
    readonly identities: readonly string[];
}

/** A ceremony with its files, which are read again as a recovery would read them. */
export async function setUp(folder: string, count: number, threshold: number, now: Date): Promise<Stage> {
    const made = await Promise.all(Array.from({ length: count }, generateIdentity));
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const until = dayOf(daysAfter(now, TERM_DAYS));
    const custodians = made.map(async (identity, index) => ({
        office: `custodian-${index + 1}`,
        country: COUNTRIES[index] ?? "",
        recipient: await identityToRecipient(identity),
        until,
    }));
    const key = publicKey.export({ type: "spki", format: "pem" });
    const file = { threshold, witness: { office: "witness", key }, custodians: await Promise.all(custodians) };
    const terms = parseCustodians(stringify(file), "custodians.yaml", now);
    const secrets = Object.fromEntries(SECRET_NAMES.map((name) => [name, randomBytes(32).toString("base64url")]));
    const { transcript, envelopes } = await holdCeremony({
        custodians: terms,
        secrets,
        stack: "rehearsal",
        witnessKey: privateKey,
        now,
    });
    const ceremony = path.join(folder, "ceremony");
    await writeCeremony(ceremony, { transcript, envelopes });
    const identityFile = path.join(folder, "identities.txt");
    await fs.writeFile(identityFile, `${made.join("\n")}\n`, { mode: 0o600 });
    const read = async <K extends "transcript" | "envelope">(kind: K, name: string) =>
        parseFile(kind, await readText(path.join(ceremony, name)), name);
    return {
        terms,
        secrets,
        held: {
            transcript: await read("transcript", TRANSCRIPT),
            envelopes: await Promise.all(terms.custodians.map(({ office }) => read("envelope", envelopeFile(office)))),
        },
        identities: await readIdentities(identityFile),
    };
}

/** A trick that a custodian could try: a sound envelope with another share in it. */
export async function withOtherShare(
    envelope: Envelope,
    identities: readonly string[],
    terms: Custodians,
): Promise<Envelope> {
    const root = envelope.secrets[ROOT] ?? { share: "", sealed: "" };
    const share = (await decryptWith(identities, root.share)) ?? new Uint8Array();
    const changed = share.with(0, (share[0] ?? 0) ^ 1);
    const { recipient } = terms.custodians.find(({ office }) => office === envelope.custodian) ?? { recipient: "" };
    const other = { ...root, share: await encryptTo(recipient, changed) };
    return { ...envelope, secrets: { ...envelope.secrets, [ROOT]: other } };
}
