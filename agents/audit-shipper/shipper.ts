/**
 * Stores an API server's audit log elsewhere, piece by piece. A piece is written down before it is sent, so that after a crash the very same
 * one is sent again, and the log's own files hold everything that waits.
 */
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";
import { z } from "zod";
import { linesAfter } from "./log-files";
import { type Header, type Piece, digestOf, keyOf, makePiece, openPiece } from "./piece";

const stored = z.object({
    sequence: z.int(),
    digest: z.string(),
    end: z.object({ file: z.string(), offset: z.int() }),
});

/** What was stored last. */
type Stored = z.infer<typeof stored>;

export interface ShipperArgs {
    readonly store: S3Client;
    readonly bucket: string;
    readonly site: string;
    readonly apiServer: string;
    /** Folder of the log. */
    readonly log: string;
    /** Folder for what was stored last, and for the piece that is on its way. */
    readonly sent: string;
    /** Bytes of a piece, uncompressed, where it is not the usual number. */
    readonly most?: number;
}

export class Shipper {
    private readonly state: string;
    private readonly underway: string;

    constructor(private readonly args: ShipperArgs) {
        this.state = join(args.sent, "stored.json");
        this.underway = join(args.sent, "underway.jsonl.gz");
    }

    /** Stores whatever there is; what is written meanwhile waits for the next pass. @returns keys of the pieces, in their order @throws where the store does not take one */
    async pass(): Promise<string[]> {
        const keys: string[] = [];
        let [next, isAll] = await this.next();
        while (next !== undefined) {
            const { header, body } = next;
            const key = keyOf(header);
            await this.args.store.send(new PutObjectCommand({ Bucket: this.args.bucket, Key: key, Body: body }));
            const { sequence, end } = header;
            await replace(this.state, JSON.stringify({ sequence, digest: digestOf(body), end } satisfies Stored));
            await rm(this.underway, { force: true });
            keys.push(key);
            [next, isAll] = isAll ? [undefined, true] : await this.next();
        }
        return keys;
    }

    /** @returns the next piece, and whether it is the last for now */
    private async next(): Promise<[Piece | undefined, boolean]> {
        const text = await ifThere(this.state);
        const last = text === undefined ? undefined : stored.parse(JSON.parse(text.toString()));
        const waiting = await ifThere(this.underway);
        const begun = waiting === undefined ? undefined : openPiece(waiting);
        // One that is there although it was stored was to be removed when the agent ended.
        if (begun !== undefined && begun.header.sequence === (last?.sequence ?? 0) + 1) {
            return [begun, false];
        }
        const lines = await linesAfter(this.args.log, last?.end, this.args.most);
        if (lines === undefined) {
            return [undefined, true];
        }
        const { site, apiServer } = this.args;
        const header: Omit<Header, "kind"> = {
            site,
            apiServer,
            sequence: (last?.sequence ?? 0) + 1,
            previous: last?.digest ?? null,
            cut: new Date().toISOString(),
            end: lines.end,
            lost: lines.lost,
        };
        const piece = makePiece(header, lines.content);
        await replace(this.underway, piece.body);
        return [piece, lines.isAll];
    }
}

async function ifThere(file: string): Promise<Buffer | undefined> {
    try {
        return await readFile(file);
    } catch (error) {
        if ((error as NodeJS.ErrnoException).code === "ENOENT") {
            return undefined;
        }
        throw error;
    }
}

/** The file has either its former content or the new one, whenever this process is ended. */
async function replace(file: string, content: string | Buffer): Promise<void> {
    await writeFile(`${file}.new`, content, { mode: 0o600, flush: true });
    await rename(`${file}.new`, file);
}
