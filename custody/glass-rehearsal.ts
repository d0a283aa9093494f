/** Rehearses breaking the glass: only a quorum can let somebody in, and only for the time that it says. */
import { X509Certificate } from "node:crypto";
import { type Glass, breakGlass, checkRecord } from "./break-glass";
import { BREAK_GLASS, fingerprint } from "./format";
import type { Stage } from "./stage";
import { type Outcome, refusal, refused } from "./step";

const HOURS = 1;

type Play = readonly [step: string, work: () => Promise<Outcome>];

/** @param threshold number of custodians that are needed */
export function glassSteps(
    { held: { transcript, envelopes }, identities }: Stage,
    threshold: number,
    now: Date,
): Play[] {
    const witness = fingerprint(transcript.witness.key);
    const attempt = (count: number): Promise<Glass> =>
        breakGlass({
            transcript,
            witness,
            envelopes: envelopes.slice(0, count),
            identities: identities.slice(0, count),
            site: "rehearsal",
            person: "nobody",
            askedBy: "the rehearsal",
            reason: "to see that it can be done",
            hours: HOURS,
            now,
        });
    return [
        [
            `${threshold} let a person into a site, until it ends`,
            async () => {
                const { credentials, record } = await attempt(threshold);
                checkRecord(record, transcript, witness);
                const certificate = new X509Certificate(credentials);
                const authority = new X509Certificate(transcript.breakGlass ?? "");
                const ends = certificate.validToDate.getTime() - now.getTime();
                const right = certificate.verify(authority.publicKey) && ends <= HOURS * 3_600_000;
                return { right, detail: certificate.subject.split("\n").join(", ") };
            },
        ],
        [
            `${threshold - 1} let in nobody`,
            async () =>
                refused(
                    await attempt(threshold - 1).then(() => "let in", refusal),
                    `${BREAK_GLASS} needs ${threshold} shares`,
                ),
        ],
        [
            "a record that was changed is refused",
            async () => {
                const { record } = await attempt(threshold);
                const said = await Promise.resolve({ ...record, person: "another" })
                    .then((changed) => checkRecord(changed, transcript, witness))
                    .then(() => "taken", refusal);
                return refused(said, "The record is not what a quorum signed");
            },
        ],
    ];
}
