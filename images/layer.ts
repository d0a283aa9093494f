/** An image's files as one compressed archive. The same files give the same bytes, whenever and wherever it is made. */
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import { constants, createZstdCompress } from "node:zlib";
import { type Pack, pack } from "tar-stream";
import type { Entry } from "./tree";

export interface Layer {
    /** `sha256:…` of the compressed archive, by which it is stored. */
    readonly digest: string;
    /** `sha256:…` of the archive itself, which does not depend on the compressor. */
    readonly diffId: string;
    /** Bytes, compressed. */
    readonly size: number;
}

/** Files have no time of their own, because the day of the build would be in every digest. */
const TIME = new Date(0);

/**
 * At this level the archive is smaller than gzip's best, which a node takes several times as long to unpack. A registry waits for it in its
 * first start.
 */
const LEVEL = 9;

/** zstd's bytes depend on how its input is cut into pieces, and a stream's pieces depend on how busy the machine is: all are of this size. */
const PIECE = 64 * 1024;

/** Writes the archive to `file`, entries in the order given. */
export async function writeLayer(entries: readonly Entry[], file: string): Promise<Layer> {
    const archive = pack();
    const plain = new Meter();
    const compressed = new Meter();
    await Promise.all([
        fill(archive, entries).catch((error: unknown) => {
            archive.destroy(error as Error);
            throw error;
        }),
        pipeline(
            archive,
            (source) => inPieces(plain.measure(source)),
            createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: LEVEL } }),
            (source) => compressed.measure(source),
            createWriteStream(file),
        ),
    ]);
    return { digest: compressed.digest(), diffId: plain.digest(), size: compressed.size };
}

async function fill(archive: Pack, entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
        await write(archive, entry);
    }
    archive.finalize();
}

async function write(archive: Pack, entry: Entry): Promise<void> {
    const { path, mode, uid, gid, type } = entry;
    const header = {
        name: type === "directory" ? `${path}/` : path,
        mode,
        uid,
        gid,
        uname: "",
        gname: "",
        mtime: TIME,
    };
    if (type === "file") {
        const sink = archive.entry({ ...header, type, size: entry.size });
        await ("file" in entry.from
            ? pipeline(createReadStream(entry.from.file), sink)
            : pipeline([entry.from.content], sink));
        return;
    }
    await new Promise<void>((resolve, reject) => {
        const linkname = type === "symlink" ? { linkname: entry.target } : {};
        archive.entry({ ...header, ...linkname, type }, (error) => {
            if (error) {
                reject(error);
            } else {
                resolve();
            }
        });
    });
}

/** The same bytes, in pieces of {@link PIECE}; the last may be shorter. */
export async function* inPieces(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    let held: Buffer = Buffer.alloc(0);
    for await (const chunk of source) {
        held = Buffer.concat([held, chunk]);
        let start = 0;
        for (; held.length - start >= PIECE; start += PIECE) {
            yield held.subarray(start, start + PIECE);
        }
        held = held.subarray(start);
    }
    if (held.length > 0) {
        yield held;
    }
}

class Meter {
    private readonly hash = createHash("sha256");
    size = 0;

    async *measure(source: AsyncIterable<unknown>): AsyncGenerator<Buffer> {
        for await (const chunk of source as AsyncIterable<Buffer>) {
            this.hash.update(chunk);
            this.size += chunk.length;
            yield chunk;
        }
    }

    digest(): string {
        return `sha256:${this.hash.digest("hex")}`;
    }
}
