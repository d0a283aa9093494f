/** Plays the whole of custody through with throw-away keys: everything that must work works, and everything that must fail fails. */
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";
import { stringify } from "yaml";
import type { Secrets } from "./ceremony";
import { daysAfter, parseCustodians } from "./custodians";
import { type Envelope, ROOT, SECRET_NAMES, type SecretName, fingerprint } from "./format";
import { glassSteps } from "./glass-rehearsal";
import { type RecoveryRequest, recover } from "./recover";
import { decryptWith, openSecret } from "./shares";
import { TERM_DAYS, setUp, withOtherShare } from "./stage";
import { type Outcome, type Step, refusal, refused } from "./step";

export interface RehearsalReport {
    readonly custodians: number;
    readonly threshold: number;
    readonly steps: readonly Step[];
    /** Whether all steps ended as they must. */
    readonly right: boolean;
    readonly seconds: number;
}

export interface RehearsalRequest {
    readonly custodians: number;
    readonly threshold: number;
    readonly now: Date;
    /** Called when a step begins. */
    readonly onStep: (step: string) => void;
}

/** The most subsets that are tried; where there are more, they are sampled evenly. */
const MOST_SUBSETS = 30;

/** @throws UserError where this number of custodians and this threshold would be refused */
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
    const witness = fingerprint(held.transcript.witness.key);
    const afterTerms = daysAfter(now, TERM_DAYS + 1);
    const steps: Step[] = [];
    const step = async (name: string, work: () => Promise<Outcome>): Promise<void> => {
        onStep(name);
        steps.push({ step: name, ...(await work()) });
    };
    /** Tries a recovery with the envelopes and identities of these custodians. */
    const attempt = (indices: readonly number[], change: Partial<RecoveryRequest> = {}): Promise<string> => {
        const envelopes = indices.map((index) => held.envelopes[index] as Envelope);
        const present = { envelopes, identities: indices.map((index) => identities[index] ?? "") };
        const request = { transcript: held.transcript, witness, ...present, wanted: SECRET_NAMES, now, ...change };
        return recover(request).then(
            ({ recovered, problems }) =>
                isSame(recovered.secrets, secrets, request.wanted)
                    ? ["recovered", ...problems].join("; ")
                    : "a wrong key",
            refusal,
        );
    };
    /** Whether any of the available shares open something. */
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
        return refused(await attempt(quorum, { envelopes }), `${first}: the share of ${ROOT} is not the one`);
    });
    await step("an envelope that does not open is named", async () =>
        refused(
            await attempt(quorum, { identities: identities.slice(1, threshold) }),
            `${first}: none of the identities opens the share`,
        ),
    );
    await step("a custodian whose term has ended gives no share", async () =>
        refused(await attempt(quorum, { now: afterTerms }), `${first}: the term has ended`),
    );
    await step("a custodian whose term has ended gets no share", async () => {
        const said = await Promise.resolve()
            .then(() => parseCustodians(stringify(terms), "custodians.yaml", afterTerms))
            .then(
                () => "accepted",
                (error: unknown) => (error as Error).message,
            );
        return refused(said, `the term of ${first} has ended`);
    });
    await step("a transcript that another has signed is refused", async () =>
        refused(await attempt(quorum, { witness: "SHA256:another" }), "it may be forged"),
    );
    await step("a transcript that was changed is refused", async () =>
        refused(
            await attempt(quorum, { transcript: { ...held.transcript, threshold: 1 } }),
            "is not what witness signed",
        ),
    );
    for (const [name, work] of glassSteps(stage, threshold, now)) {
        await step(name, work);
    }
    return steps;
}

function isSame(found: Secrets, expected: Secrets, wanted: readonly SecretName[]): boolean {
    return wanted.every((name) => found[name] !== undefined && found[name] === expected[name]);
}

/** All subsets with `size` of the numbers below `count`. */
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
