/** The whole of custody played through with throw-away keys: what must work works, and what must fail fails. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { stringify } from "yaml";
import { UserError } from "../toolchain/command";
import { type Held, type Secrets, holdCeremony } from "./ceremony";
import { type Custodians, parseCustodians } from "./custodians";
import { TRANSCRIPT, envelopeFile, readIdentities, readText, writeCeremony } from "./files";
import { type Envelope, ROOT, SECRET_NAMES, type SecretName, parseFile } from "./format";
import { type RecoveryRequest, recover } from "./recover";
import { decryptWith, encryptTo, openSecret } from "./shares";

export interface Step {
    readonly step: string;
    readonly right: boolean;
    /** How often it was tried, or what was said. */
    readonly detail: string;
}

export interface RehearsalReport {
    readonly custodians: number;
    readonly threshold: number;
    readonly steps: readonly Step[];
    /** Whether all of them came out as they must. */
    readonly right: boolean;
    readonly seconds: number;
}

export interface RehearsalRequest {
    readonly custodians: number;
    readonly threshold: number;
    readonly now: Date;
    /** Told when a step begins. */
    readonly onStep: (step: string) => void;
}

/** Subsets that are tried, at most; more are sampled evenly. */
const MOST_SUBSETS = 30;
/** As many countries as custodians, of the codes that ISO 3166-1 leaves to its users. */
const COUNTRIES = "ABCDEFGHIJKLMNOP".split("").map((letter) => `X${letter}`);
export const MOST_CUSTODIANS = COUNTRIES.length;
const TERM_DAYS = 365;

/** @throws UserError where so many custodians and such a threshold would be refused */
export async function rehearse(request: RehearsalRequest): Promise<RehearsalReport> {
    const began = performance.now();
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "keys-rehearsal-"));
    try {
        const steps = await play(request, folder);
        const { custodians, threshold } = request;
        const seconds = Math.round(performance.now() - began) / 1000;
        return { custodians, threshold, steps, right: steps.every(({ right }) => right), seconds };
    } finally {
        await fs.rm(folder, { recursive: true });
    }
}

async function play({ custodians: count, threshold, now, onStep }: RehearsalRequest, folder: string): Promise<Step[]> {
    const stage = await setUp(folder, count, threshold, now);
    const { terms, secrets, held, identities } = stage;
    const steps: Step[] = [];
    const step = async (name: string, work: () => Promise<Omit<Step, "step">>): Promise<void> => {
        onStep(name);
        steps.push({ step: name, ...(await work()) });
    };
    const attempt = (indices: readonly number[], change: Partial<RecoveryRequest> = {}): Promise<string> => {
        const envelopes = indices.map((index) => held.envelopes[index] as Envelope);
        const request = { transcript: held.transcript, envelopes, identities, wanted: SECRET_NAMES, now, ...change };
        return recover(request).then(
            ({ recovered, problems }) =>
                isSame(recovered.secrets, secrets, request.wanted)
                    ? ["recovered", ...problems].join("; ")
                    : "a wrong key",
            (error: unknown) => {
                if (error instanceof UserError) {
                    return error.message;
                }
                throw error;
            },
        );
    };
    /** Whether whatever shares there are open something. */
    const force = async (envelopes: readonly Envelope[]): Promise<boolean> => {
        const parts = envelopes.map(({ secrets: { root } }) => root ?? { share: "", sealed: "" });
        const shares = await Promise.all(parts.map(({ share }) => decryptWith(identities, share)));
        return openSecret(
            shares.filter((share) => share !== undefined),
            parts[0]?.sealed ?? "",
        ).then(
            () => true,
            () => false,
        );
    };
    const all = terms.custodians.map((_, index) => index);
    const [first = "", quorum] = [terms.custodians[0]?.office, all.slice(0, threshold)];

    await step(`any ${threshold} of ${count} recover every secret`, async () => {
        const subsets = sample(combinations(count, threshold));
        const said = await inTurn(subsets, (subset) => attempt(subset));
        return {
            right: said.every((answer) => answer === "recovered"),
            detail: `${subsets.length} sets of custodians`,
        };
    });
    await step(`${threshold - 1} recover none, also where nobody counts them`, async () => {
        const subsets = sample(combinations(count, threshold - 1));
        const said = await inTurn(subsets, (subset) => attempt(subset));
        const forced = await inTurn(subsets, (subset) =>
            force(subset.map((index) => held.envelopes[index] as Envelope)),
        );
        const counted = `${threshold} shares, and ${threshold - 1} can be used`;
        return {
            right: said.every((answer) => answer.includes(counted)) && !forced.includes(true),
            detail: `${subsets.length} sets of custodians`,
        };
    });
    await step("one secret is recovered without the others", async () => {
        const wanted: SecretName[] = ["population"];
        return { right: (await attempt(quorum, { wanted })) === "recovered", detail: wanted.join(", ") };
    });
    await step("a share that was changed is named", async () => {
        const damaged = await withOtherShare(held.envelopes[0] as Envelope, identities, terms);
        const envelopes = [damaged, ...quorum.slice(1).map((index) => held.envelopes[index] as Envelope)];
        return refused(await attempt([], { envelopes }), `${first}: the share of ${ROOT} is not the one`);
    });
    await step("an envelope that does not open is named", async () =>
        refused(
            await attempt(quorum, { identities: identities.slice(1) }),
            `${first}: none of the identities opens the share`,
        ),
    );
    await step("a custodian whose term has ended gives no share", async () =>
        refused(
            await attempt(quorum, { now: new Date(now.getTime() + (TERM_DAYS + 2) * 86_400_000) }),
            `${first}: the term has ended`,
        ),
    );
    await step("a custodian whose term has ended gets no share", async () => {
        const later = new Date(now.getTime() + (TERM_DAYS + 2) * 86_400_000);
        const said = await Promise.resolve()
            .then(() => parseCustodians(stringify(terms), "custodians.yaml", later))
            .then(
                () => "accepted",
                (error: unknown) => (error as Error).message,
            );
        return refused(said, `the term of ${first} has ended`);
    });
    await step("a transcript that was changed is refused", async () =>
        refused(
            await attempt(quorum, { transcript: { ...held.transcript, threshold: 1 } }),
            "is not what witness signed",
        ),
    );
    return steps;
}

interface Stage {
    readonly terms: Custodians;
    readonly secrets: Secrets;
    readonly held: Held;
    readonly identities: readonly string[];
}

/** A ceremony with its files, which are read again as a recovery would read them. */
async function setUp(folder: string, count: number, threshold: number, now: Date): Promise<Stage> {
    const made = await Promise.all(Array.from({ length: count }, generateIdentity));
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const until = new Date(now.getTime() + TERM_DAYS * 86_400_000).toISOString().slice(0, "2028-01-31".length);
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

/** As a custodian would do it: a sound envelope with another share in it. */
async function withOtherShare(envelope: Envelope, identities: readonly string[], terms: Custodians): Promise<Envelope> {
    const root = envelope.secrets[ROOT] ?? { share: "", sealed: "" };
    const share = (await decryptWith(identities, root.share)) ?? new Uint8Array();
    const changed = share.with(0, (share[0] ?? 0) ^ 1);
    const { recipient } = terms.custodians.find(({ office }) => office === envelope.custodian) ?? { recipient: "" };
    const other = { ...root, share: await encryptTo(recipient, changed) };
    return { ...envelope, secrets: { ...envelope.secrets, [ROOT]: other } };
}

function refused(said: string, why: string): Omit<Step, "step"> {
    const line = said.split("\n").find((text) => text.includes(why));
    return { right: line !== undefined, detail: (line ?? said).replace(/^ +- /, "") };
}

function isSame(found: Secrets, expected: Secrets, wanted: readonly SecretName[]): boolean {
    return wanted.every((name) => found[name] !== undefined && found[name] === expected[name]);
}

/** All subsets of `size` of the numbers below `count`. */
function combinations(count: number, size: number, from = 0): number[][] {
    if (size === 0) {
        return [[]];
    }
    return Array.from({ length: Math.max(0, count - from) }, (_, index) => from + index).flatMap((first) =>
        combinations(count, size - 1, first + 1).map((rest) => [first, ...rest]),
    );
}

function sample<T>(items: readonly T[]): T[] {
    const step = Math.max(1, items.length / MOST_SUBSETS);
    return Array.from(
        { length: Math.min(items.length, MOST_SUBSETS) },
        (_, index) => items[Math.floor(index * step)] as T,
    );
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    for (const item of items) {
        results.push(await work(item));
    }
    return results;
}
