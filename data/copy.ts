/** Rows on their way into a table. */
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { DatasetOptions, TableData } from "./registry-data";

/** About one network buffer, so that there are few writes, and little waits. */
const CHUNK_CHARACTERS = 64 * 1024;

/** Chunks of whole rows, as UTF-8. */
export function* chunks({ rows }: TableData, options: DatasetOptions): Generator<Buffer, void, undefined> {
    let chunk = "";
    for (const text of rows(options)) {
        chunk += text;
        if (chunk.length >= CHUNK_CHARACTERS) {
            yield Buffer.from(chunk);
            chunk = "";
        }
    }
    if (chunk !== "") {
        yield Buffer.from(chunk);
    }
}

/**
 * @param onBytes told the length of each chunk
 * @returns the number of rows
 */
export async function copy(
    client: Client,
    name: string,
    table: TableData,
    options: DatasetOptions,
    onBytes: (length: number) => void,
): Promise<number> {
    // Frozen rows need no second writing by vacuum; nobody else sees the table before the commit.
    const sink = client.query(copyFrom(`COPY ${name} (${table.columns}) FROM STDIN (FREEZE)`));
    function* counted(): Generator<Buffer, void, undefined> {
        for (const chunk of chunks(table, options)) {
            onBytes(chunk.length);
            yield chunk;
        }
    }
    await pipeline(Readable.from(counted(), { objectMode: true, highWaterMark: 4 }), sink);
    return sink.rowCount;
}
