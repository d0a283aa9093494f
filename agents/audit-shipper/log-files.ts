/**
 * The files of an API server's audit log. The server writes `audit.log`, renames it to `audit-<time>.log` once it is large, compresses that
 * to `audit-<time>.log.gz`, and removes what is too old (https://github.com/natefinch/lumberjack). So a file is known by its first line,
 * which it keeps under each of these names.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { createGunzip } from "node:zlib";
import { AUDIT_FILE } from "../../infra/conventions/audit";

/** Where the log was read up to. */
export interface Position {
    /** SHA-256 of the file's first line. */
    readonly file: string;
    /** Bytes of the file, uncompressed. */
    readonly offset: number;
}

export interface Lines {
    /** Whole lines. */
    readonly content: Buffer;
    /** The position behind them. */
    readonly end: Position;
    /** Whether the log no longer has what came before: it was removed before it was read, or cut off. */
    readonly lost: boolean;
    /** Whether the log had nothing beyond these when they were read. */
    readonly isAll: boolean;
}

/** Bytes that are read at once: more than a record has, which holds one request of at most 3 MiB. */
const MOST = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The lines that follow `after`, up to a limit; all that there are where it is undefined. @returns undefined where nothing follows */
export async function linesAfter(folder: string, after: Position | undefined, most = MOST): Promise<Lines | undefined> {
    for (;;) {
        const files = await logFiles(folder);
        try {
            const found = await linesIn(folder, files, after, most);
            // The server may have renamed a file since the folder was listed.
            if (await isStill(folder, files)) {
                return found;
            }
        } catch (error) {
            if (await isStill(folder, files)) {
                throw error;
            }
        }
    }
}

async function isStill(folder: string, files: readonly string[]): Promise<boolean> {
    return (await logFiles(folder)).join("/") === files.join("/");
}

async function linesIn(
    folder: string,
    files: readonly string[],
    after: Position | undefined,
    most: number,
): Promise<Lines | undefined> {
    const paths = files.map((name) => join(folder, name));
    const [known, offset] = after === undefined ? [-1, 0] : await whereIs(paths, after);
    const lost = after !== undefined && known < 0;
    for (let index = Math.max(known, 0); index < paths.length; index += 1) {
        const path = paths[index] ?? "";
        const from = index === known ? offset : 0;
        const content = whole(await bytes(path, from, most), index < paths.length - 1, most);
        const file = content.length === 0 ? undefined : await firstLine(path);
        if (file !== undefined) {
            const isAll = index === paths.length - 1 && content.length < most / 2;
            return { content, end: { file, offset: from + content.length }, lost, isAll };
        }
    }
    return undefined;
}

/** @returns index of the file and the offset in it; -1 where there is no such place any more */
async function whereIs(paths: readonly string[], { file, offset }: Position): Promise<[number, number]> {
    for (let index = paths.length - 1; index >= 0; index -= 1) {
        const path = paths[index] ?? "";
        if ((await firstLine(path)) === file) {
            const isCut = extname(path) !== ".gz" && (await stat(path)).size < offset;
            return isCut ? [-1, 0] : [index, offset];
        }
    }
    return [-1, 0];
}

/** Names of the log's files, the oldest first. A file that is being compressed is there twice, and counts as it was. */
async function logFiles(folder: string): Promise<string[]> {
    const stem = basename(AUDIT_FILE, extname(AUDIT_FILE));
    const names = (await readdir(folder)).filter((name) => name.startsWith(`${stem}-`) && /\.log(\.gz)?$/.test(name));
    const rotated = names.filter((name) => !name.endsWith(".gz") || !names.includes(name.slice(0, -".gz".length)));
    const isThere = (await stat(join(folder, AUDIT_FILE)).catch(() => undefined)) !== undefined;
    return [...rotated.sort(), ...(isThere ? [AUDIT_FILE] : [])];
}

/** @returns undefined where the file has no whole line yet */
async function firstLine(path: string): Promise<string | undefined> {
    const start = await bytes(path, 0, MOST, NEWLINE);
    const end = start.indexOf(NEWLINE);
    return end < 0 ? undefined : createHash("sha256").update(start.subarray(0, end)).digest("hex");
}

/** Up to `most` bytes of a file, uncompressed, from `offset` on; no more than are needed up to the byte `until`. */
async function bytes(path: string, offset: number, most: number, until?: number): Promise<Buffer> {
    const isCompressed = path.endsWith(".gz");
    const file = createReadStream(path, isCompressed ? {} : { start: offset });
    const stream = isCompressed ? file.pipe(createGunzip()) : file;
    file.on("error", (error) => stream.destroy(error));
    const parts: Buffer[] = [];
    let [skip, room] = [isCompressed ? offset : 0, most];
    for await (const chunk of stream as AsyncIterable<Buffer>) {
        const part = chunk.subarray(skip, skip + room);
        skip -= Math.min(skip, chunk.length);
        room -= part.length;
        parts.push(part);
        if (room === 0 || (until !== undefined && part.includes(until))) {
            break;
        }
    }
    file.destroy();
    return Buffer.concat(parts);
}

/** @param isClosed whether nothing more is written to the file, so that its end counts even if it is no whole line */
function whole(content: Buffer, isClosed: boolean, most: number): Buffer {
    return isClosed && content.length < most ? content : content.subarray(0, content.lastIndexOf(NEWLINE) + 1);
}
