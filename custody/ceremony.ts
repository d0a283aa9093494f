/**
 * The ceremony itself splits every secret into shares, puts each into its custodian's envelope, and writes a transcript that the witness signs.
 * The authority of those who break the glass is made here, and exists nowhere else.
 */
import { type KeyObject, createPublicKey, randomUUID, sign } from "node:crypto";
import { together } from "../command-line/together";
import { UserError } from "../command-line/command";
import { glassAuthority } from "./break-glass";
import { type Custodians, quorumUntil } from "./custodians";
import {
    BREAK_GLASS,
    type Envelope,
    type HeldName,
    type SecretName,
    type Transcript,
    sha256,
    signedPart,
} from "./format";
import { type Split, encryptTo, splitSecret } from "./shares";

export type Secrets = Readonly<Partial<Record<SecretName, string>>>;

export interface CeremonyRequest {
    readonly custodians: Custodians;
    readonly secrets: Secrets;
    /** The stack from whose state the secrets are. */
    readonly stack: string;
    readonly witnessKey: KeyObject;
    readonly now: Date;
    /** Called before each secret is split. */
    readonly onSecret?: (name: string) => void;
}

export interface Held {
    readonly transcript: Transcript;
    /** One envelope for each custodian, in order. */
    readonly envelopes: readonly Envelope[];
}

/** @throws UserError where the witness's key is not the one in the custodians' file */
export async function holdCeremony(request: CeremonyRequest): Promise<Held> {
    const { custodians: terms, secrets, stack, witnessKey, now, onSecret } = request;
    const { threshold, custodians, witness } = terms;
    refuseStranger(witness, witnessKey);
    const ceremony = randomUUID();
    const until = quorumUntil(terms);
    const authority = await glassAuthority(until, now);
    const splits: [HeldName, Split][] = [];
    const all = { ...secrets, [BREAK_GLASS]: authority.pem };
    for (const [name, secret] of Object.entries(all) as [HeldName, string][]) {
        onSecret?.(name);
        splits.push([name, await splitSecret(secret, custodians.length, threshold)]);
    }
    const envelopes = await together(
        custodians.map(async ({ office, recipient }, index): Promise<Envelope> => {
            const entries = splits.map(async ([name, { shares, sealed }]) => {
                const share = await encryptTo(recipient, shares[index] as Uint8Array);
                return [name, { share, sealed }] as const;
            });
            return {
                format: "data-embassy/custody-envelope",
                version: 1,
                ceremony,
                custodian: office,
                secrets: Object.fromEntries(await together(entries)),
            };
        }),
    );
    const committed = splits.map(([name, { shares, sealed }]) => {
        const digests = custodians.map(({ office }, index) => [office, sha256(shares[index] as Uint8Array)] as const);
        return [name, { sealed: sha256(sealed), shares: Object.fromEntries(digests) }] as const;
    });
    const unsigned: Transcript = {
        format: "data-embassy/custody-transcript",
        version: 1,
        ceremony,
        held: now.toISOString(),
        until,
        stack,
        threshold,
        witness,
        custodians,
        breakGlass: authority.certificate,
        secrets: Object.fromEntries(committed),
        signature: "",
    };
    const signature = sign(null, signedPart(unsigned), witnessKey).toString("base64");
    return { transcript: { ...unsigned, signature }, envelopes };
}

function refuseStranger({ office, key }: Custodians["witness"], witnessKey: KeyObject): void {
    if (!createPublicKey(witnessKey).equals(createPublicKey(key))) {
        throw new UserError(
            `The witness's key is not that of ${office} in the custodians' file: give the private key that belongs to witness.key.`,
        );
    }
}
