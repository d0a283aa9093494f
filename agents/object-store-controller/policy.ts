/** Who may do what in a bucket, as S3's bucket policies say it. */
import type { StoreRight, StoreUsers } from "../../infra/conventions/object-store";

interface Actions {
    /** What may be done with the bucket itself. */
    readonly bucket: readonly string[];
    /** On what is in it. */
    readonly objects: readonly string[];
}

/** DeleteObject without a version only hides: DeleteObjectVersion, which destroys what is not locked, is the purger's alone. */
const ACTIONS: Readonly<Record<StoreRight, Actions>> = {
    backup: {
        bucket: ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
        objects: [
            "s3:GetObject",
            "s3:PutObject",
            "s3:DeleteObject",
            "s3:AbortMultipartUpload",
            "s3:ListMultipartUploadParts",
        ],
    },
    read: {
        bucket: ["s3:ListBucket", "s3:ListBucketVersions"],
        objects: ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectRetention"],
    },
    retain: {
        bucket: ["s3:ListBucketVersions"],
        objects: ["s3:GetObjectRetention", "s3:PutObjectRetention"],
    },
    purge: {
        bucket: ["s3:ListBucketVersions", "s3:ListBucketMultipartUploads"],
        objects: ["s3:GetObjectRetention", "s3:DeleteObjectVersion", "s3:AbortMultipartUpload"],
    },
};

/**
 * The policy of `bucket`, as text that is the same for the same users; undefined where nobody may do anything.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
 */
export function bucketPolicy(bucket: string, users: StoreUsers): string | undefined {
    const statements = Object.entries(users)
        .filter(([, user]) => user.bucket === undefined || user.bucket === bucket)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, { right }]) => [
            allow(name, ACTIONS[right].bucket, `arn:aws:s3:::${bucket}`),
            allow(name, ACTIONS[right].objects, `arn:aws:s3:::${bucket}/*`),
        ]);
    return statements.length === 0 ? undefined : JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function allow(user: string, actions: readonly string[], resource: string): object {
    return { Effect: "Allow", Principal: { AWS: [user] }, Action: actions, Resource: [resource] };
}
