/** Brings a store's accounts, buckets and policies to what is declared, from wherever they are. */
import {
    CreateBucketCommand,
    DeleteBucketPolicyCommand,
    GetBucketPolicyCommand,
    GetBucketVersioningCommand,
    GetObjectLockConfigurationCommand,
    ListBucketsCommand,
    PutBucketPolicyCommand,
    PutBucketVersioningCommand,
    PutObjectLockConfigurationCommand,
    type S3Client,
} from "@aws-sdk/client-s3";
import type { StoreUsers } from "../../infra/conventions/object-store";
import { unless } from "../store/client";
import type { Accounts } from "./accounts";
import { bucketPolicy } from "./policy";

export interface Declared {
    readonly users: StoreUsers;
    readonly buckets: readonly string[];
    /** For how long a bucket keeps what nobody has locked yet. */
    readonly objectLockDays: number;
    /** Writes the bucket's lock again though it is right: versitygw counts its days from when it was written. */
    readonly renewLocks: boolean;
}

/**
 * Buckets are made and mended, never removed. Accounts that nobody declared are removed.
 *
 * @param store as the administrator sees it
 * @returns what was changed, a line each
 */
export async function reconcile(declared: Declared, store: S3Client, accounts: Accounts): Promise<string[]> {
    const present = await accounts.list();
    // Accounts come before the policies that name them, and go after.
    const changes = await bringAccounts(declared.users, present, accounts);
    const { Buckets = [] } = await store.send(new ListBucketsCommand({}));
    const existing = new Set(Buckets.map(({ Name }) => Name));
    for (const bucket of declared.buckets) {
        if (!existing.has(bucket)) {
            await store.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
            changes.push(`bucket ${bucket}: created`);
        }
        changes.push(...(await bringBucket(bucket, declared, store)));
    }
    for (const { user } of present.filter((account) => !(account.user in declared.users))) {
        await accounts.remove(user);
        changes.push(`account ${user}: removed, as nobody declares it`);
    }
    return changes;
}

async function bringAccounts(
    users: StoreUsers,
    present: readonly { user: string; secret: string }[],
    accounts: Accounts,
): Promise<string[]> {
    const secrets = new Map(present.map(({ user, secret }) => [user, secret]));
    const changes: string[] = [];
    for (const [user, { secret }] of Object.entries(users)) {
        if (!secrets.has(user)) {
            await accounts.create({ user, secret });
            changes.push(`account ${user}: created`);
        } else if (secrets.get(user) !== secret) {
            await accounts.changeSecret({ user, secret });
            changes.push(`account ${user}: has the declared secret again`);
        }
    }
    return changes;
}

async function bringBucket(Bucket: string, declared: Declared, store: S3Client): Promise<string[]> {
    return [
        ...(await bringVersioning(Bucket, store)),
        ...(await bringLock(Bucket, declared, store)),
        ...(await bringPolicy(Bucket, declared, store)),
    ];
}

async function bringVersioning(Bucket: string, store: S3Client): Promise<string[]> {
    const { Status } = await store.send(new GetBucketVersioningCommand({ Bucket }));
    if (Status === "Enabled") {
        return [];
    }
    await store.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    return [`bucket ${Bucket}: keeps versions again`];
}

async function bringLock(Bucket: string, { objectLockDays, renewLocks }: Declared, store: S3Client): Promise<string[]> {
    const lock = await unless(
        "ObjectLockConfigurationNotFoundError",
        store.send(new GetObjectLockConfigurationCommand({ Bucket })),
    );
    const found = lock?.ObjectLockConfiguration?.Rule?.DefaultRetention;
    const isRight = found?.Mode === "COMPLIANCE" && found.Days === objectLockDays;
    if (!isRight || renewLocks) {
        const Rule = { DefaultRetention: { Mode: "COMPLIANCE", Days: objectLockDays } } as const;
        const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule } as const;
        await store.send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    }
    return isRight ? [] : [`bucket ${Bucket}: has the default retention again`];
}

async function bringPolicy(Bucket: string, { users }: Declared, store: S3Client): Promise<string[]> {
    const policy = bucketPolicy(Bucket, users);
    const current = await unless("NoSuchBucketPolicy", store.send(new GetBucketPolicyCommand({ Bucket })));
    if (policy === current?.Policy) {
        return [];
    }
    if (policy === undefined) {
        await store.send(new DeleteBucketPolicyCommand({ Bucket }));
        return [`bucket ${Bucket}: has no policy, as nobody may use it`];
    }
    await store.send(new PutBucketPolicyCommand({ Bucket, Policy: policy }));
    return [`bucket ${Bucket}: has the declared policy`];
}
