/** The versions of what is in a bucket. */
import { ListObjectVersionsCommand, type ListObjectVersionsCommandOutput, type S3Client } from "@aws-sdk/client-s3";
import { decodeTime } from "ulid";

export interface Version {
    readonly bucket: string;
    readonly key: string;
    readonly versionId: string;
    /** When it was written, in milliseconds since 1970. */
    readonly writtenAt: number;
}

/** @param prefix of the keys; all where it is absent */
export async function* listVersions(store: S3Client, bucket: string, prefix?: string): AsyncGenerator<Version> {
    let from: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
    while (from !== undefined) {
        const page: ListObjectVersionsCommandOutput = await store.send(
            new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix, ...from }),
        );
        for (const { Key: key, VersionId: versionId, LastModified } of page.Versions ?? []) {
            if (key !== undefined && versionId !== undefined) {
                yield { bucket, key, versionId, writtenAt: writtenAt(versionId, LastModified) };
            }
        }
        from = page.IsTruncated
            ? { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker }
            : undefined;
    }
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
