/** Copies a pgBackRest repository as it lies in a bucket, file by file: nothing is opened, nothing is removed. */
import type { Readable } from "node:stream";
import {
    GetObjectCommand,
    type ListObjectsV2CommandOutput,
    PutObjectCommand,
    type S3Client,
    paginateListObjectsV2,
} from "@aws-sdk/client-s3";

/** A bucket, or a part of one. */
export interface Place {
    readonly store: S3Client;
    readonly bucket: string;
    /** Comes before each key; ends with a slash, or is empty. */
    readonly prefix: string;
}

export interface Copied {
    readonly objects: number;
    readonly bytes: number;
}

type Entry = NonNullable<ListObjectsV2CommandOutput["Contents"]>[number];

/** Files that name a repository's other files: `backup.info`, `archive.info` and their copies. */
const INDEX = /\.info(\.copy)?$/;

/**
 * Copies what `to` lacks of `from`, or has in an older state. The indexes are read before everything else and written after it, so that a
 * copy that is cut short, or made while a version is stored, names nothing that is not there.
 */
export async function uploadRepository(from: Place, to: Place): Promise<Copied> {
    const there = await list(to);
    const isStale = ([name, entry]: [string, Entry]): boolean => {
        const copy = there.get(name);
        return copy === undefined || copy.Size !== entry.Size || time(copy) <= time(entry);
    };
    const indexes: [string, Buffer][] = [];
    for (const [name] of [...(await list(from))].filter(([key]) => INDEX.test(key)).filter(isStale)) {
        indexes.push([name, await buffered((await open(from, name)).body)]);
    }
    let [objects, bytes] = [0, 0];
    const put = async (name: string, body: Readable | Buffer, length: number): Promise<void> => {
        const Key = to.prefix + name;
        await to.store.send(new PutObjectCommand({ Bucket: to.bucket, Key, Body: body, ContentLength: length }));
        objects += 1;
        bytes += length;
    };
    for (const [name] of [...(await list(from))].filter(([key]) => !INDEX.test(key)).filter(isStale)) {
        const { body, length } = await open(from, name);
        await put(name, body, length);
    }
    for (const [name, text] of indexes) {
        await put(name, text, text.length);
    }
    return { objects, bytes };
}

async function list({ store, bucket, prefix }: Place): Promise<Map<string, Entry>> {
    const found = new Map<string, Entry>();
    for await (const page of paginateListObjectsV2({ client: store }, { Bucket: bucket, Prefix: prefix })) {
        for (const entry of page.Contents ?? []) {
            found.set((entry.Key ?? "").slice(prefix.length), entry);
        }
    }
    return found;
}

async function open({ store, bucket, prefix }: Place, name: string): Promise<{ body: Readable; length: number }> {
    const { Body, ContentLength = 0 } = await store.send(new GetObjectCommand({ Bucket: bucket, Key: prefix + name }));
    return { body: Body as Readable, length: ContentLength };
}

async function buffered(body: Readable): Promise<Buffer> {
    return Buffer.concat((await body.toArray()) as Buffer[]);
}

function time({ LastModified }: Entry): number {
    return LastModified?.getTime() ?? 0;
}
