/** For how long a version is kept, whoever wants it gone: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html */
import {
    GetObjectRetentionCommand,
    type ObjectLockRetention,
    PutObjectRetentionCommand,
    type S3Client,
} from "@aws-sdk/client-s3";
import { unless } from "./client";
import type { Version } from "./versions";

export type Place = Pick<Version, "bucket" | "key" | "versionId">;

/** @returns undefined for a version that has none of its own */
export async function retentionOf(
    store: S3Client,
    { bucket, key, versionId }: Place,
): Promise<ObjectLockRetention | undefined> {
    const answer = await unless(
        "NoSuchObjectLockConfiguration",
        store.send(new GetObjectRetentionCommand({ Bucket: bucket, Key: key, VersionId: versionId })),
    );
    return answer?.Retention;
}

export async function retain(
    store: S3Client,
    { bucket, key, versionId }: Place,
    retention: Required<Pick<ObjectLockRetention, "Mode" | "RetainUntilDate">>,
): Promise<void> {
    await store.send(
        new PutObjectRetentionCommand({ Bucket: bucket, Key: key, VersionId: versionId, Retention: retention }),
    );
}

/** COMPLIANCE is the mode that nobody can lift, the administrator included. @param until milliseconds since 1970 */
export function isLocked(retention: ObjectLockRetention | undefined, until: number): boolean {
    return retention?.Mode === "COMPLIANCE" && (retention.RetainUntilDate?.getTime() ?? 0) >= until;
}
