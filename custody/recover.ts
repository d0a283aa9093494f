/** Recovers secrets from envelopes. A wrong share is named, and never leads to a wrong key. */
import { verify } from "node:crypto";
import { together } from "../command-line/together";
import { UserError } from "../command-line/command";
import { endOf } from "./custodians";
import {
    type Envelope,
    type HeldName,
    type Recovered,
    type SecretName,
    type Transcript,
    fingerprint,
    sha256,
    signedPart,
} from "./format";
import { decryptWith, openSecret } from "./shares";

export interface OpeningRequest<Name extends HeldName> {
    readonly transcript: Transcript;
    /** Fingerprint of the witness's key, which the custodians have from the ceremony: anybody can sign a transcript with a key of their own. */
    readonly witness: string;
    readonly envelopes: readonly Envelope[];
    /** age identities, `AGE-SECRET-KEY-1…`. */
    readonly identities: readonly string[];
    /** The secrets to open; the shares of the others stay encrypted. */
    readonly wanted: readonly Name[];
    readonly now: Date;
    /** Accepts shares of custodians whose term has ended, where nothing else would bring the keys back. */
    readonly acceptExpired?: boolean;
    /** What is wrong with damaged files, one line for each; it is reported together with everything else that is wrong. */
    readonly damaged?: readonly string[];
}

export type RecoveryRequest = OpeningRequest<SecretName>;

interface Opened<Name extends HeldName> {
    readonly secrets: Partial<Record<Name, string>>;
    /** Offices whose shares were used. */
    readonly custodians: readonly string[];
    /** What was wrong with single shares, one line for each. It did not matter, because there were enough others. */
    readonly problems: readonly string[];
}

export interface Recovery extends Pick<Opened<SecretName>, "problems"> {
    readonly recovered: Recovered;
}

/** Secrets in the form of the file. @throws UserError as {@link openShares} */
export async function recover(request: RecoveryRequest): Promise<Recovery> {
    const { secrets, problems } = await openShares(request);
    const { ceremony } = request.transcript;
    return { recovered: { format: "data-embassy/recovered-keys", version: 1, ceremony, secrets }, problems };
}

/**
 * The order of envelopes and identities, and the number of copies of one, make no difference.
 *
 * @throws UserError that names each share that could not be used, where too few are left
 */
export async function openShares<Name extends HeldName>(request: OpeningRequest<Name>): Promise<Opened<Name>> {
    const { transcript, witness, envelopes, identities, wanted, damaged = [] } = request;
    refuseForged(transcript, witness);
    if (wanted.length === 0) {
        throw new UserError("No secret is asked for, or this ceremony had none: look for another transcript.");
    }
    const problems = new Set(damaged);
    const usable = usableEnvelopes(request, problems);
    const secrets: Partial<Record<Name, string>> = {};
    const custodians = new Set<string>();
    for (const name of wanted) {
        const committed = transcript.secrets[name];
        if (committed === undefined) {
            const held = Object.keys(transcript.secrets).join(", ");
            throw new UserError(`${name} was not in this ceremony; it had ${held}. Look for a later transcript.`);
        }
        const shares: [office: string, share: Uint8Array][] = [];
        for (const [office, copies] of usable) {
            const parts = copies.map(({ secrets }) => secrets[name]?.share ?? "");
            const { share, wrong } = await soundShare(parts, identities, committed.shares[office]);
            for (const why of wrong) {
                const end = share === undefined ? "" : "; another copy of the envelope has it";
                problems.add(`${office}: ${why(name)}${end}`);
            }
            if (share !== undefined) {
                shares.push([office, share]);
            }
        }
        const copies = envelopes.map(({ secrets: parts }) => parts[name]?.sealed ?? "");
        const sealed = copies.find((copy) => sha256(copy) === committed.sealed);
        if (shares.length < transcript.threshold || sealed === undefined) {
            const needed = `${transcript.threshold} shares, and ${shares.length} can be used`;
            const lack = sealed === undefined ? "one undamaged copy of what is encrypted" : needed;
            throw new UserError(lacking(`${name} needs ${lack}`, problems, transcript));
        }
        const taken = shares.slice(0, transcript.threshold);
        taken.forEach(([office]) => custodians.add(office));
        secrets[name] = await openSecret(
            taken.map(([, share]) => share),
            sealed,
        );
    }
    return { secrets, custodians: [...custodians], problems: [...problems].toSorted() };
}

type Wrong = (name: HeldName) => string;
const unopened: Wrong = (name) => `none of the identities opens the share of ${name}, or it is damaged`;
const another: Wrong = (name) => `the share of ${name} is not the one that was made in the ceremony`;

/**
 * Finds one custodian's share, from any copy of the envelope that has it.
 *
 * @param copies of the encrypted share
 * @param made digest of the share in the transcript
 * @returns the share, and what is wrong with the other copies
 */
async function soundShare(
    copies: readonly string[],
    identities: readonly string[],
    made: string | undefined,
): Promise<{ readonly share: Uint8Array | undefined; readonly wrong: readonly Wrong[] }> {
    const opened = await together(copies.map((copy) => decryptWith(identities, copy)));
    const judged = opened.map((share) => ({
        share,
        wrong: share === undefined ? unopened : sha256(share) === made ? undefined : another,
    }));
    return {
        share: judged.find(({ wrong }) => wrong === undefined)?.share,
        wrong: judged.flatMap(({ wrong }) => wrong ?? []),
    };
}

/** @param expected the witness's fingerprint @throws UserError where that witness has not signed the transcript */
export function refuseForged(transcript: Transcript, expected: string): void {
    const { witness, signature } = transcript;
    const found = fingerprintIn(witness.key);
    if (found !== expected) {
        throw new UserError(
            `The transcript is signed by ${found ?? "no public key"}, and --witness is ${expected}: it may be forged. Compare with what the ` +
                "custodians wrote down at the ceremony, and take another copy of the transcript.",
        );
    }
    if (!verify(null, signedPart(transcript), witness.key, Buffer.from(signature, "base64"))) {
        throw new UserError(
            `The transcript is not what ${witness.office} signed: it was changed or damaged. Take another copy of it; every ` +
                "custodian has one.",
        );
    }
}

/** Undefined where the text is no public key. */
function fingerprintIn(pem: string): string | undefined {
    try {
        return fingerprint(pem);
    } catch {
        return undefined;
    }
}

/**
 * All given copies from each custodian of this ceremony whose term has not ended, in the transcript's order. `problems` gets what is left out.
 */
function usableEnvelopes(
    { transcript, envelopes, now, acceptExpired = false }: OpeningRequest<HeldName>,
    problems: Set<string>,
): [office: string, copies: Envelope[]][] {
    const usable = envelopes.filter(({ ceremony, custodian: office }) => {
        const custodian = transcript.custodians.find((known) => known.office === office);
        if (ceremony !== transcript.ceremony) {
            problems.add(`${office}: the envelope is of another ceremony (${ceremony}) than the transcript`);
        } else if (custodian === undefined) {
            problems.add(`${office}: no custodian of this ceremony`);
        } else if (endOf(custodian) <= now && !acceptExpired) {
            problems.add(
                `${office}: the term has ended on ${custodian.until}, and who is out of office gives no share`,
            );
        } else {
            return true;
        }
        return false;
    });
    return transcript.custodians.map(({ office }) => [office, usable.filter(({ custodian }) => custodian === office)]);
}

function lacking(what: string, problems: ReadonlySet<string>, { custodians }: Transcript): string {
    const offices = custodians.map(({ office }) => office).join(", ");
    return [
        `${what}${problems.size > 0 ? ":" : "."}`,
        ...[...problems].toSorted().map((problem) => `  - ${problem}`),
        `Give the envelopes and identities of others as well: ${offices} have one each.`,
    ].join("\n");
}
