/** The versions of the objects in a bucket. */
import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { decodeTime } from "ulid";

export interface Version {
    readonly bucket: string;
    readonly key: string;
    readonly versionId: string;
    /** When it was written, in milliseconds since 1970. */
    readonly writtenAt: number;
}

/** A version, or the marker that hides those before it. */
export interface Entry extends Version {
    readonly isLatest: boolean;
    readonly isMarker: boolean;
}

/** @param prefix of the keys; all where it is absent */
export async function* listVersions(store: S3Client, bucket: string, prefix?: string): AsyncGenerator<Version> {
    for await (const page of pages(store, bucket, prefix)) {
        yield* entries(bucket, page.Versions, false);
    }
}

/** All entries of each key, also markers. @param prefix of the keys; all where it is absent */
export async function* listKeys(
    store: S3Client,
    bucket: string,
    prefix?: string,
    pageSize?: number,
): AsyncGenerator<Entry[]> {
    // A page may end within a key, and the next one goes on with it.
    let open = new Map<string, Entry[]>();
    for await (const page of pages(store, bucket, prefix, pageSize)) {
        const listed = [...entries(bucket, page.Versions, false), ...entries(bucket, page.DeleteMarkers, true)];
        for (const entry of listed) {
            const all = open.get(entry.key) ?? [];
            // versitygw begins a page with the version that the one before ended with, where that is the latest.
            if (!all.some(({ versionId }) => versionId === entry.versionId)) {
                open.set(entry.key, [...all, entry]);
            }
        }
        const last = page.IsTruncated ? page.NextKeyMarker : undefined;
        for (const [key, all] of open) {
            if (key !== last) {
                yield all;
            }
        }
        open = new Map([...open].filter(([key]) => key === last));
    }
}

async function* pages(
    store: S3Client,
    bucket: string,
    prefix: string | undefined,
    pageSize?: number,
): AsyncGenerator<ListObjectVersionsCommandOutput> {
    let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (from !== undefined) {
        const page: ListObjectVersionsCommandOutput = await store.send(
            new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, MaxKeys: pageSize, ...from }),
        );
        yield page;
        from = page.IsTruncated
            ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
            : undefined;
    }
}

type Listed = NonNullable<
    ListObjectVersionsCommandOutput["Versions"] | ListObjectVersionsCommandOutput["DeleteMarkers"]
>[number];

function entries(bucket: string, listed: readonly Listed[] = [], isMarker: boolean): Entry[] {
    return listed.flatMap(({ Key: key, VersionId: versionId, LastModified, IsLatest: isLatest = false }) =>
        key === undefined || versionId === undefined
            ? []
            : [{ bucket, key, versionId, writtenAt: writtenAt(versionId, LastModified), isLatest, isMarker }],
    );
}

/**
 * versitygw's version ids are ULIDs, which begin with the time (https://github.com/ulid/spec). Its LastModified is that
 * of a file, and becomes later when the version is superseded.
 */
function writtenAt(versionId: string, lastModified: Date | undefined): number {
    try {
        return decodeTime(versionId);
    } catch {
        return lastModified?.getTime() ?? Date.now();
    }
}
