import { generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import type { Held } from "../../custody/ceremony";
import { holdCeremony } from "../../custody/ceremony";
import { type Envelope, SECRET_NAMES, type Transcript, fingerprint } from "../../custody/format";
import { type Recovery, type RecoveryRequest, openShares, recover } from "../../custody/recover";
import { type Fixture, NOW, fixture, hold } from "./fixture";

let made: Fixture;
let held: Held;
beforeAll(async () => {
    made = await fixture();
    held = await hold(made);
});

function witnessOf({ transcript }: Pick<Held, "transcript">): string {
    return fingerprint(transcript.witness.key);
}

function attempt(indices: readonly number[], change: Partial<RecoveryRequest> = {}): Promise<Recovery> {
    const envelopes = indices.map((index) => held.envelopes[index] as Envelope);
    const { identities } = made;
    return recover({
        transcript: held.transcript,
        witness: witnessOf(held),
        envelopes,
        identities,
        wanted: SECRET_NAMES,
        now: NOW,
        ...change,
    });
}

/** The envelope with other parts for `land`. */
function changed(envelope: Envelope | undefined, parts: Partial<Record<"share" | "sealed", string>>): Envelope {
    const sound = envelope as Envelope;
    return {
        ...sound,
        secrets: { ...sound.secrets, land: { share: "", sealed: "", ...sound.secrets.land, ...parts } },
    };
}

describe("a recovery", () => {
    it("brings back every secret from three of five", async () => {
        const { recovered, problems } = await attempt([4, 0, 2]);
        expect(recovered).toMatchObject({ ceremony: held.transcript.ceremony, secrets: made.secrets });
        expect(problems).toEqual([]);
    });

    it("of nothing is refused, not written down as done", async () => {
        await expect(attempt([0, 1, 2], { wanted: [] })).rejects.toThrow(
            /^No secret is asked for, or this ceremony had none/,
        );
    });

    it("brings back one secret and no other: a registry's key opens that registry only", async () => {
        const { recovered } = await attempt([0, 1, 2], { wanted: ["land"] });
        expect(recovered.secrets).toEqual({ land: "the secret of land" });
    });

    it("names a damaged share, and does with the others where they are enough", async () => {
        const damaged = changed(held.envelopes[1], { share: held.envelopes[2]?.secrets.land?.share ?? "" });
        const envelopes = [held.envelopes[0] as Envelope, damaged, ...held.envelopes.slice(2, 4)];
        const { recovered, problems } = await attempt([], { envelopes });
        expect(recovered.secrets).toEqual(made.secrets);
        // The share is custodian-3's, so it opens but does not belong to custodian-2.
        expect(problems).toEqual(["custodian-2: the share of land is not the one that was made in the ceremony"]);
    });

    it("does with one sound copy of what is encrypted", async () => {
        const envelopes = [0, 1, 2].map((index) => changed(held.envelopes[index], index < 2 ? { sealed: "" } : {}));
        expect((await attempt([], { envelopes })).recovered.secrets).toEqual(made.secrets);
        const none = [0, 1, 2].map((index) => changed(held.envelopes[index], { sealed: "" }));
        await expect(attempt([], { envelopes: none })).rejects.toThrow(
            "land needs one undamaged copy of what is encrypted",
        );
    });

    it("tells of all that is wrong where too few shares are left", async () => {
        const stranger: Envelope = { ...(held.envelopes[3] as Envelope), custodian: "custodian-9" };
        const earlier = (await hold(made)).envelopes[4] as Envelope;
        const envelopes = [...held.envelopes.slice(0, 2), stranger, earlier];
        const refused = attempt([], { envelopes, identities: made.identities.slice(1) });
        await expect(refused).rejects.toThrow(
            [
                "root needs 3 shares, and 1 can be used:",
                "  - custodian-1: none of the identities opens the share of root, or it is damaged",
                `  - custodian-5: the envelope is of another ceremony (${earlier.ceremony}) than the transcript`,
                "  - custodian-9: no custodian of this ceremony",
                "Give the envelopes and identities of others as well: custodian-1, custodian-2",
            ].join("\n"),
        );
    });

    it("counts an envelope once, however often it is given", async () => {
        await expect(attempt([0, 1, 1, 1])).rejects.toThrow("root needs 3 shares, and 2 can be used");
    });

    it("comes out the same in whatever order and however often envelopes and identities are given", async () => {
        const [first, second, third] = held.envelopes as [Envelope, Envelope, Envelope];
        const unopened = changed(first, { share: first.secrets.land?.share.slice(0, -80) ?? "" });
        const swapped = changed(second, { share: third.secrets.land?.share ?? "" });
        const stranger: Envelope = { ...third, custodian: "custodian-9" };
        const given = [first, unopened, second, swapped, third, third, stranger];
        const order = fc.shuffledSubarray(given, { minLength: given.length });
        const keys = fc.shuffledSubarray([...made.identities, ...made.identities], { minLength: 10 });
        await fc.assert(
            fc.asyncProperty(order, keys, async (envelopes, identities) => {
                const opened = await openShares({
                    transcript: held.transcript,
                    witness: witnessOf(held),
                    envelopes,
                    identities,
                    wanted: ["land"],
                    now: NOW,
                });
                expect(opened).toEqual({
                    secrets: { land: made.secrets.land },
                    custodians: ["custodian-1", "custodian-2", "custodian-3"],
                    problems: [
                        "custodian-1: none of the identities opens the share of land, or it is damaged; another copy of the envelope has it",
                        "custodian-2: the share of land is not the one that was made in the ceremony; another copy of the envelope has it",
                        "custodian-9: no custodian of this ceremony",
                    ],
                });
            }),
            { numRuns: 20 },
        );
    });

    it("takes no share of a custodian whose term has ended, unless that is accepted", async () => {
        const now = new Date("2029-02-01T00:00:00Z");
        await expect(attempt([0, 1, 2], { now })).rejects.toThrow("custodian-2: the term has ended on 2029-01-31");
        expect((await attempt([2, 3, 4], { now })).problems).toEqual([]);
        expect((await attempt([0, 1, 2], { now, acceptExpired: true })).recovered.secrets).toEqual(made.secrets);
    });

    it("believes no transcript but the one that the witness signed", async () => {
        const digests = { ...held.transcript.secrets.land?.shares, "custodian-1": "0".repeat(64) };
        const land = { sealed: "", ...held.transcript.secrets.land, shares: digests };
        const forged: Transcript = { ...held.transcript, secrets: { ...held.transcript.secrets, land } };
        await expect(attempt([0, 1, 2], { transcript: forged })).rejects.toThrow("is not what witness signed");
    });

    it("believes no transcript that somebody else has signed, though it is whole and prolongs terms", async () => {
        const custodians = made.file.custodians.map((one) => ({ ...one, until: "2099-01-31" }));
        const { publicKey, privateKey } = generateKeyPairSync("ed25519");
        const key = publicKey.export({ type: "spki", format: "pem" }) as string;
        const witness = { office: "witness", key };
        const { transcript } = await hold({
            ...made,
            witnessKey: privateKey,
            file: { ...made.file, custodians, witness },
        });
        await expect(attempt([0, 1, 2], { transcript })).rejects.toThrow(
            `signed by ${fingerprint(key)}, and --witness is ${witnessOf(held)}: it may be forged`,
        );
    });

    it("says where a secret was not in the ceremony", async () => {
        const { land, ...others } = made.secrets;
        const without = await hold({ ...made, secrets: others as typeof made.secrets });
        expect(land).toBeDefined();
        await expect(attempt([], { ...without, witness: witnessOf(without) })).rejects.toThrow(
            "land was not in this ceremony; it had root, taxes",
        );
    });
});

describe("a ceremony", () => {
    it("writes no secret and no identity down in the clear", () => {
        const written = JSON.stringify(held);
        for (const secret of [...Object.values(made.secrets), ...made.identities]) {
            expect(written).not.toContain(secret);
        }
    });

    it("is not signed by somebody else than the witness", async () => {
        const { privateKey } = generateKeyPairSync("ed25519");
        const custodians = made.file;
        const request = { custodians, secrets: made.secrets, stack: "tallinn", witnessKey: privateKey, now: NOW };
        await expect(holdCeremony(request)).rejects.toThrow("The witness's key is not that of witness");
    });
});
