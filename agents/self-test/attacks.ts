/** What an attacker would try on a locked version. */
import {
    CompleteMultipartUploadCommand,
    CopyObjectCommand,
    CreateBucketCommand,
    CreateMultipartUploadCommand,
    DeleteBucketCommand,
    DeleteBucketPolicyCommand,
    DeleteObjectCommand,
    DeleteObjectsCommand,
    type ObjectLockEnabled,
    PutBucketPolicyCommand,
    PutBucketVersioningCommand,
    PutObjectCommand,
    PutObjectLegalHoldCommand,
    PutObjectLockConfigurationCommand,
    PutObjectRetentionCommand,
    type S3Client,
    S3ServiceException,
    UploadPartCommand,
} from "@aws-sdk/client-s3";
import type { Version } from "../store/versions";

/**
 * `backup`: an attacker who took over a database, with the key that stores its versions. `purger`: the account that may destroy versions,
 * and so the most powerful one. `inspector`: the account that sees all buckets. The store has no administrator.
 */
export const ATTACKERS = ["backup", "purger", "inspector"] as const;
export type Attacker = (typeof ATTACKERS)[number];

export interface Attack {
    /** Completes "The purger …". */
    readonly what: string;
    /** Attackers who may do this, because it does no harm to a locked version; whether it did is checked afterwards. */
    readonly allowed?: readonly Attacker[];
    readonly attempt: (client: S3Client, canary: Version) => Promise<unknown>;
}

const BACKUP: readonly Attacker[] = ["backup"];
/** The store implements nothing by which a lock or a policy could be changed. */
const NOT_IMPLEMENTED = 501;
const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;

const place = ({ bucket, key, versionId }: Version): { Bucket: string; Key: string; VersionId: string } => ({
    Bucket: bucket,
    Key: key,
    VersionId: versionId,
});

/** The attacks on the bucket's protection come first, so that those after them meet the version's own. */
export const ATTACKS: readonly Attack[] = [
    {
        what: "drops the bucket's rule for what has no retention of its own",
        attempt: (client, { bucket }) =>
            client.send(
                new PutObjectLockConfigurationCommand({
                    Bucket: bucket,
                    ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
                }),
            ),
    },
    {
        what: "turns off the bucket's lock",
        attempt: (client, { bucket }) =>
            client.send(
                new PutObjectLockConfigurationCommand({
                    Bucket: bucket,
                    ObjectLockConfiguration: { ObjectLockEnabled: "Disabled" as ObjectLockEnabled },
                }),
            ),
    },
    {
        what: "suspends the bucket's versioning",
        attempt: (client, { bucket }) =>
            client.send(
                new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration: { Status: "Suspended" } }),
            ),
    },
    {
        what: "takes the bucket's policy away",
        attempt: (client, { bucket }) => client.send(new DeleteBucketPolicyCommand({ Bucket: bucket })),
    },
    {
        what: "gives everybody every right in the bucket",
        attempt: (client, { bucket }) => putPolicy(client, bucket, "Allow", "s3:*"),
    },
    {
        what: "takes from everybody the right to lock a version",
        attempt: (client, { bucket }) => putPolicy(client, bucket, "Deny", "s3:PutObjectRetention"),
    },
    {
        what: "makes the bucket again, without a lock",
        attempt: (client, { bucket }) => client.send(new CreateBucketCommand({ Bucket: bucket })),
    },
    {
        what: "shortens the retention",
        attempt: (client, canary) => retain(client, canary, "COMPLIANCE", MINUTE_MS, false),
    },
    {
        what: "turns COMPLIANCE into GOVERNANCE",
        attempt: (client, canary) => retain(client, canary, "GOVERNANCE", 100 * YEAR_MS, false),
    },
    {
        what: "turns COMPLIANCE into GOVERNANCE, with the right to bypass",
        attempt: (client, canary) => retain(client, canary, "GOVERNANCE", MINUTE_MS, true),
    },
    {
        what: "takes the legal hold away",
        attempt: (client, canary) =>
            client.send(new PutObjectLegalHoldCommand({ ...place(canary), LegalHold: { Status: "OFF" } })),
    },
    {
        what: "deletes the version",
        attempt: (client, canary) => client.send(new DeleteObjectCommand(place(canary))),
    },
    {
        what: "deletes the version, with the right to bypass",
        attempt: (client, canary) =>
            client.send(new DeleteObjectCommand({ ...place(canary), BypassGovernanceRetention: true })),
    },
    {
        what: "deletes the version among others",
        attempt: async (client, { bucket, key, versionId }) => {
            const Delete = { Objects: [{ Key: key, VersionId: versionId }] };
            const { Errors = [] } = await client.send(
                new DeleteObjectsCommand({ Bucket: bucket, Delete, BypassGovernanceRetention: true }),
            );
            if (Errors[0] !== undefined) {
                throw new Refused(Errors[0].Code ?? "refused");
            }
        },
    },
    {
        what: "copies over the object",
        attempt: (client, { bucket, key }) =>
            client.send(
                new CopyObjectCommand({
                    Bucket: bucket,
                    Key: key,
                    CopySource: `${bucket}/${key}`,
                    MetadataDirective: "REPLACE",
                }),
            ),
    },
    {
        what: "writes over the object",
        allowed: BACKUP,
        attempt: (client, { bucket, key }) =>
            client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: "something else" })),
    },
    {
        what: "writes over the object, in parts",
        allowed: BACKUP,
        attempt: async (client, { bucket, key }) => {
            const upload = { Bucket: bucket, Key: key };
            const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
            const part = { ...upload, UploadId, PartNumber: 1 };
            const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: "something else" }));
            const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
            await client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
        },
    },
    {
        what: "writes below the object, as if it were a folder",
        allowed: BACKUP,
        attempt: (client, { bucket, key }) =>
            client.send(new PutObjectCommand({ Bucket: bucket, Key: `${key}/below`, Body: "something else" })),
    },
    {
        what: "deletes the folder that the object is in",
        allowed: BACKUP,
        attempt: (client, { bucket, key }) =>
            client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key.slice(0, key.lastIndexOf("/") + 1) })),
    },
    {
        what: "hides the object behind a delete marker",
        allowed: BACKUP,
        attempt: (client, { bucket, key }) => client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })),
    },
    {
        what: "deletes the version behind the marker",
        attempt: (client, canary) =>
            client.send(new DeleteObjectCommand({ ...place(canary), BypassGovernanceRetention: true })),
    },
    {
        what: "deletes the bucket",
        attempt: (client, { bucket }) => client.send(new DeleteBucketCommand({ Bucket: bucket })),
    },
];

/** A refusal that is no error of the whole request. */
export class Refused extends Error {
    override readonly name = "Refused";
}

export function putPolicy(
    client: S3Client,
    Bucket: string,
    Effect: "Allow" | "Deny",
    Action: string,
): Promise<unknown> {
    const Resource =
        Action === "s3:*" ? [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`] : `arn:aws:s3:::${Bucket}/*`;
    const Statement = [{ Effect, Principal: "*", Action, Resource }];
    return client.send(
        new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) }),
    );
}

/** Whether the answer says no; what goes wrong on the way there says nothing. */
export function isRefusal(error: unknown): boolean {
    const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
    return error instanceof Refused || (status >= 400 && status < 500) || status === NOT_IMPLEMENTED;
}

function retain(
    client: S3Client,
    canary: Version,
    Mode: "COMPLIANCE" | "GOVERNANCE",
    forMs: number,
    bypass: boolean,
): Promise<unknown> {
    const Retention = { Mode, RetainUntilDate: new Date(Date.now() + forMs) };
    return client.send(
        new PutObjectRetentionCommand({ ...place(canary), Retention, BypassGovernanceRetention: bypass }),
    );
}
