/**
 * A quorum of custodians can let one person into a site for some hours: with a certificate of an authority whose key exists only in their
 * shares, and in memory while it signs. The same key signs the record of it.
 */
import { X509Certificate, createPrivateKey, sign, verify } from "node:crypto";
import { BREAK_GLASS as IDENTITY, BREAK_GLASS_HOURS, breakGlassGroup } from "../infra/cluster/access/plan-break-glass";
import { issueAuthority, issueLeaf } from "../credentials/certificates";
import { UserError } from "../command-line/command";
import { endOf } from "./custodians";
import { BREAK_GLASS, type GlassRecord, type Transcript, plain, sha256, signedPart } from "./format";
import { type OpeningRequest, openShares, refuseForged } from "./recover";

const DAY_MS = 86_400_000;

/** Key with certificate, and the certificate alone, in PEM. The certificate expires with its quorum's last day. @param until that day */
export async function glassAuthority(until: string, now: Date): Promise<{ pem: string; certificate: string }> {
    const days = (endOf({ until }).getTime() - now.getTime()) / DAY_MS;
    const pem = await issueAuthority({ commonName: IDENTITY }, days, now.getTime());
    return { pem, certificate: new X509Certificate(pem).toString() };
}

export interface GlassRequest extends Omit<OpeningRequest<typeof BREAK_GLASS>, "wanted" | "acceptExpired"> {
    readonly site: string;
    /** The person who is let in. */
    readonly person: string;
    readonly askedBy: string;
    readonly reason: string;
    readonly hours: number;
}

export interface Glass {
    /** The person's key and certificate, in PEM. */
    readonly credentials: string;
    readonly record: GlassRecord;
    /** What was wrong with single shares, one line for each. */
    readonly problems: readonly string[];
}

/** @throws UserError for texts that no record may contain, and, as a recovery does, where shares are too few or wrong */
export async function breakGlass(request: GlassRequest): Promise<Glass> {
    const { site, person, askedBy, reason, hours, transcript, now } = request;
    refuseUnclear(request);
    const { secrets, custodians, problems } = await openShares({ ...request, wanted: [BREAK_GLASS] });
    const authority = secrets[BREAK_GLASS] ?? "";
    const purpose = { commonName: `${IDENTITY}:${person}`, organization: breakGlassGroup(site) };
    const credentials = await issueLeaf(authority, purpose, hours / 24, now.getTime());
    const certificate = new X509Certificate(credentials);
    const unsigned: GlassRecord = {
        format: "data-embassy/break-glass-record",
        version: 1,
        ceremony: transcript.ceremony,
        site,
        person,
        askedBy,
        reason,
        given: now.toISOString(),
        until: certificate.validToDate.toISOString(),
        custodians: [...custodians],
        certificate: sha256(certificate.raw),
        signature: "",
    };
    const signature = sign("sha256", signedPart(unsigned), createPrivateKey(authority)).toString("base64");
    return { credentials, record: { ...unsigned, signature }, problems };
}

/** @param witness the witness's fingerprint @throws UserError where no quorum of that ceremony has signed the record */
export function checkRecord(record: GlassRecord, transcript: Transcript, witness: string): void {
    refuseForged(transcript, witness);
    const { breakGlass: certificate = "", ceremony } = transcript;
    if (record.ceremony !== ceremony || certificate === "") {
        throw new UserError(
            `The record is of the ceremony ${record.ceremony}, and the transcript of ${ceremony}: give the one that belongs to it.`,
        );
    }
    const { publicKey } = new X509Certificate(certificate);
    if (!verify("sha256", signedPart(record), publicKey, Buffer.from(record.signature, "base64"))) {
        throw new UserError(
            "The record is not what a quorum signed: it was changed or damaged. Take another copy; each custodian who was there has one.",
        );
    }
}

/** A certificate's name may have 64 characters. */
const PERSON = /^[a-z0-9]+([-.][a-z0-9]+)*$/;
const LONGEST = 40;

function refuseUnclear({ person, askedBy, reason, hours }: GlassRequest): void {
    if (!PERSON.test(person) || person.length > LONGEST) {
        throw new UserError(
            `--person is "${person}": it must name one person, in up to ${LONGEST} small letters, digits, - and .`,
        );
    }
    for (const [option, text] of Object.entries({ "--asked-by": askedBy, "--reason": reason })) {
        if (text.trim() === "") {
            throw new UserError(`${option} is empty: the record must say it.`);
        }
        if (!plain.safeParse(text).success) {
            throw new UserError(
                `${option} holds control characters, which the record must not: write it in one line of plain text.`,
            );
        }
    }
    if (hours > BREAK_GLASS_HOURS.most) {
        throw new UserError(
            `--for is ${hours} hours: it must be ${BREAK_GLASS_HOURS.most} or less. Who needs longer asks the custodians again.`,
        );
    }
}
