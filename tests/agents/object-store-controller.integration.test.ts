/** What the controller makes of a real store, and what its users can do then. */
import {
    DeleteBucketPolicyCommand,
    DeleteObjectCommand,
    DeleteObjectsCommand,
    GetObjectCommand,
    ListBucketsCommand,
    ListObjectVersionsCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    PutObjectLockConfigurationCommand,
    PutObjectRetentionCommand,
    type S3Client,
} from "@aws-sdk/client-s3";
import { statSync } from "node:fs";
import { storeClient, unless } from "../../agents/store/client";
import { REGION, TestStore, outcome } from "../support/object-store";

jest.setTimeout(120_000);

const users = {
    "land-backup": { secret: "land-backups-secret", right: "backup", bucket: "registry-land" },
    "land-read": { secret: "land-readers-secret", right: "read", bucket: "registry-land" },
    "retention-agent": { secret: "retention-secret", right: "retain" },
} as const;
const buckets = ["registry-land", "registry-taxes"];

let store: TestStore;
let first: string[];

beforeAll(async () => {
    store = await TestStore.start();
    first = await store.declare(users, buckets);
});
afterAll(() => store.remove());

function as(user: keyof typeof users): S3Client {
    return store.client(user, users[user].secret);
}

const land = { Bucket: "registry-land" };
const taxes = { Bucket: "registry-taxes" };

describe("the object-store controller", () => {
    it("makes accounts, buckets and policies, and says so", () => {
        expect(first).toEqual([
            "account land-backup: created",
            "account land-read: created",
            "account retention-agent: created",
            "bucket registry-land: created",
            "bucket registry-land: has the default retention again",
            "bucket registry-land: has the declared policy",
            "bucket registry-taxes: created",
            "bucket registry-taxes: has the default retention again",
            "bucket registry-taxes: has the declared policy",
        ]);
    });

    it("changes nothing where all is as declared", async () => {
        await expect(store.declare(users, buckets)).resolves.toEqual([]);
    });

    it("takes back what somebody changed, and removes who was added", async () => {
        await store.accounts.create({ user: "intruder", secret: "secret-of-the-intruder" });
        await store.accounts.changeSecret({ user: "land-read", secret: "another-secret" });
        await store.administrator.send(new DeleteBucketPolicyCommand(land));
        await store.administrator.send(
            new PutObjectLockConfigurationCommand({
                ...land,
                ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" },
            }),
        );
        await expect(store.declare(users, buckets)).resolves.toEqual([
            "account land-read: has the declared secret again",
            "bucket registry-land: has the default retention again",
            "bucket registry-land: has the declared policy",
            "account intruder: removed, as nobody declares it",
        ]);
        const names = (await store.accounts.list()).map(({ user }) => user);
        expect(names).toEqual(["land-backup", "land-read", "retention-agent"]);
    });

    it("leaves a bucket alone that is no longer declared", async () => {
        await expect(store.declare(users, ["registry-land"])).resolves.toEqual([]);
        const { Buckets = [] } = await store.administrator.send(new ListBucketsCommand({}));
        expect(Buckets.map(({ Name }) => Name)).toEqual(buckets);
    });
});

describe("a backup's key", () => {
    it("puts, gets, lists, overwrites, and hides several at once, as pgBackRest does", async () => {
        const client = as("land-backup");
        for (const [Key, Body] of [
            ["backup/a", "1"],
            ["backup/a", "2"],
            ["archive/b", "3"],
        ] as const) {
            await client.send(new PutObjectCommand({ ...land, Key, Body }));
        }
        const { Body } = await client.send(new GetObjectCommand({ ...land, Key: "backup/a" }));
        await expect(Body?.transformToString()).resolves.toBe("2");
        const list = async (): Promise<unknown[]> => {
            const { Contents = [] } = await client.send(new ListObjectsV2Command(land));
            return Contents.map(({ Key }) => Key);
        };
        await expect(list()).resolves.toEqual(["archive/b", "backup/a"]);
        const { CommonPrefixes = [] } = await client.send(new ListObjectsV2Command({ ...land, Delimiter: "/" }));
        expect(CommonPrefixes.map(({ Prefix }) => Prefix)).toEqual(["archive/", "backup/"]);
        const Delete = { Objects: [{ Key: "backup/a" }, { Key: "archive/b" }], Quiet: true };
        const { Errors = [] } = await client.send(new DeleteObjectsCommand({ ...land, Delete }));
        expect(Errors).toEqual([]);
        await expect(list()).resolves.toEqual([]);
        // Hidden, and all still there.
        const { Versions = [] } = await store.administrator.send(new ListObjectVersionsCommand(land));
        expect(Versions.map(({ Key }) => Key)).toEqual(["archive/b", "backup/a", "backup/a"]);
    });

    it("destroys nothing, opens no other bucket, and says nothing about retention", async () => {
        const client = as("land-backup");
        const { VersionId } = await client.send(new PutObjectCommand({ ...land, Key: "x", Body: "x" }));
        const version = { ...land, Key: "x", VersionId };
        const Retention = { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + 60_000) } as const;
        await expect(outcome(client.send(new DeleteObjectCommand(version)))).resolves.toBe("AccessDenied");
        await expect(outcome(client.send(new PutObjectRetentionCommand({ ...version, Retention })))).resolves.toBe(
            "AccessDenied",
        );
        // Which would keep the retention agent from locking it.
        await expect(
            outcome(
                client.send(
                    new PutObjectCommand({
                        ...land,
                        Key: "x",
                        Body: "y",
                        ObjectLockMode: "GOVERNANCE",
                        ObjectLockRetainUntilDate: Retention.RetainUntilDate,
                    }),
                ),
            ),
        ).resolves.toBe("AccessDenied");
        await expect(outcome(client.send(new PutObjectCommand({ ...taxes, Key: "x", Body: "x" })))).resolves.toBe(
            "AccessDenied",
        );
        await expect(outcome(client.send(new ListObjectsV2Command(taxes)))).resolves.toBe("AccessDenied");
    });
});

describe("a reader's key", () => {
    it("gets older versions too, and changes nothing", async () => {
        const { VersionId } = await as("land-backup").send(new PutObjectCommand({ ...land, Key: "r", Body: "old" }));
        await as("land-backup").send(new PutObjectCommand({ ...land, Key: "r", Body: "new" }));
        const client = as("land-read");
        const { Body } = await client.send(new GetObjectCommand({ ...land, Key: "r", VersionId }));
        await expect(Body?.transformToString()).resolves.toBe("old");
        await expect(outcome(client.send(new PutObjectCommand({ ...land, Key: "r", Body: "x" })))).resolves.toBe(
            "AccessDenied",
        );
        await expect(outcome(client.send(new DeleteObjectCommand({ ...land, Key: "r" })))).resolves.toBe(
            "AccessDenied",
        );
    });
});

describe("the retention agent's key", () => {
    it("neither reads nor writes what is stored, nor deletes it", async () => {
        await as("land-backup").send(new PutObjectCommand({ ...land, Key: "s", Body: "s" }));
        const client = as("retention-agent");
        const object = { ...land, Key: "s" };
        await expect(outcome(client.send(new ListObjectVersionsCommand(land)))).resolves.toBe("done");
        await expect(outcome(client.send(new GetObjectCommand(object)))).resolves.toBe("AccessDenied");
        await expect(outcome(client.send(new PutObjectCommand({ ...object, Body: "x" })))).resolves.toBe(
            "AccessDenied",
        );
        await expect(outcome(client.send(new DeleteObjectCommand(object)))).resolves.toBe("AccessDenied");
    });
});

describe("the administration", () => {
    it("listens on a socket for the controller alone", () => {
        expect(statSync(store.file("administration")).mode & 0o777).toBe(0o600);
    });

    it("is not where everybody else reaches the store", async () => {
        const signer = await store.administrator.config.signer();
        const signed = await signer.sign({
            method: "PATCH",
            protocol: "https:",
            hostname: "localhost",
            path: "/list-users",
            headers: { host: `localhost:${store.port}` },
        });
        const { status } = await request(signed.headers);
        expect(status).toBeGreaterThanOrEqual(400);
    });
});

async function request(headers: Record<string, string>): Promise<{ status: number }> {
    const { request: ask } = await import("node:https");
    return new Promise((resolve, reject) => {
        ask(`${store.url}/list-users`, { method: "PATCH", headers, ca: store.authority })
            .once("response", (response) => {
                response.resume();
                resolve({ status: response.statusCode ?? 0 });
            })
            .once("error", reject)
            .end();
    });
}

it("a store that is not ours is not trusted", async () => {
    const stranger = await TestStore.start();
    try {
        const client = storeClient(
            { url: store.url, region: REGION, authority: stranger.authority, user: "x", secret: "x" },
            1,
        );
        await expect(unless("NoSuchBucket", client.send(new ListObjectsV2Command(land)))).rejects.toThrow(
            /certificate/,
        );
        client.destroy();
    } finally {
        await stranger.remove();
    }
});
