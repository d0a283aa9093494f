/**
 * A piece of an audit log, as it is stored: JSON lines, compressed. The first says what the piece is, and names the digest of the piece
 * before it, so that one that is missing, or was replaced, shows. Pure.
 */
import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";

const header = z.strictObject({
    kind: z.literal("AuditPiece"),
    site: z.string(),
    /** The machine whose API server wrote the records. */
    apiServer: z.string(),
    /** Counted from 1. */
    sequence: z.int().min(1),
    /** SHA-256 of the piece before, as it is stored; null for the first. */
    previous: z.string().nullable(),
    /** When it was cut off the log, ISO 8601. */
    cut: z.iso.datetime(),
    /** Where the log goes on. */
    end: z.strictObject({ file: z.string(), offset: z.int() }),
    /** Whether records before these were gone before they could be stored. */
    lost: z.boolean(),
});

export type Header = z.infer<typeof header>;

export interface Piece {
    readonly header: Header;
    /** As it is stored. */
    readonly body: Buffer;
}

export function makePiece(of: Omit<Header, "kind">, lines: Buffer): Piece {
    const full: Header = { kind: "AuditPiece", ...of };
    return { header: full, body: gzipSync(Buffer.concat([Buffer.from(`${JSON.stringify(full)}\n`), lines])) };
}

/** @throws Error for what is no piece */
export function openPiece(body: Buffer): Piece & { readonly lines: string } {
    const text = gunzipSync(body).toString();
    const end = text.indexOf("\n");
    return { header: header.parse(JSON.parse(text.slice(0, end))), body, lines: text.slice(end + 1) };
}

export function digestOf(body: Buffer): string {
    return createHash("sha256").update(body).digest("hex");
}

/** `a1-3/2026-11-29T21-05-00Z-00000012.jsonl.gz`, below the bucket of its site. */
export function keyOf({ apiServer, cut, sequence }: Header): string {
    const time = cut.replace(/\.\d+/, "").replaceAll(":", "-");
    return `${apiServer}/${time}-${String(sequence).padStart(8, "0")}.jsonl.gz`;
}

/** A piece as its chain sees it. */
export interface Link {
    readonly name: string;
    /** Undefined for what is no piece. */
    readonly header: Header | undefined;
    readonly digest: string;
}

/** @param body as it is stored */
export function linkOf(name: string, body: Buffer): Link {
    const digest = digestOf(body);
    try {
        return { name, header: openPiece(body).header, digest };
    } catch {
        return { name, header: undefined, digest };
    }
}

/**
 * What is wrong with the pieces of one API server, a line each, in the order of their numbers. The oldest may name one that is no longer
 * kept.
 */
export function chainProblems(links: readonly Link[]): string[] {
    const foreign = links.filter(({ header }) => header === undefined);
    const chain = links
        .flatMap(({ header: own, ...link }) => (own === undefined ? [] : [{ ...link, own }]))
        .sort((one, other) => one.own.sequence - other.own.sequence);
    return [
        ...foreign.map(({ name }) => `${name} is no piece of an audit log`),
        ...chain.flatMap(({ name, own }, index) => {
            const before = chain[index - 1];
            return [
                ...(own.lost ? [`${name}: records before it were gone before they could be stored`] : []),
                ...(before === undefined ? [] : brokenBetween(before, { name, own })),
            ];
        }),
    ];
}

interface Known {
    readonly name: string;
    readonly own: Header;
}

function brokenBetween(before: Known & { readonly digest: string }, { name, own }: Known): string[] {
    const [from, to] = [before.own.sequence + 1, own.sequence - 1];
    if (from === own.sequence) {
        return own.previous === before.digest
            ? []
            : [`${before.name} is not the piece that ${name} follows: the store has the one that was there before`];
    }
    return from > to
        ? [`${before.name} and ${name} have the same number: the log was begun anew, or one of them is no piece of it`]
        : [`between ${before.name} and ${name} there is nothing: ${from}${to > from ? ` to ${to}` : ""} missing`];
}
