/** How the object store follows what is declared, what its users can do, and what nobody can do. */
import {
    AbortMultipartUploadCommand,
    CompleteMultipartUploadCommand,
    CreateBucketCommand,
    CreateMultipartUploadCommand,
    DeleteObjectCommand,
    DeleteObjectsCommand,
    GetObjectCommand,
    GetObjectRetentionCommand,
    ListObjectVersionsCommand,
    ListObjectsV2Command,
    PutBucketPolicyCommand,
    PutBucketVersioningCommand,
    PutObjectCommand,
    PutObjectLockConfigurationCommand,
    PutObjectRetentionCommand,
    type S3Client,
    UploadPartCommand,
} from "@aws-sdk/client-s3";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { storeClient, unless } from "../../agents/store/client";
import { OBJECT_LOCK_DAYS, REGION, TestStore, outcome } from "../support/object-store";

jest.setTimeout(120_000);

const users = {
    "land-backup": { secret: "land-backups-secret", right: "backup", bucket: "registry-land" },
    "land-read": { secret: "land-readers-secret", right: "read", bucket: "registry-land" },
    inspector: { secret: "inspectors-secret", right: "inspect" },
    purger: { secret: "purgers-secret", right: "purge" },
} as const;
const buckets = ["registry-land", "registry-taxes"];
const DAY_MS = 24 * 60 * 60 * 1000;

let store: TestStore;
beforeAll(async () => {
    store = await TestStore.start({ users, buckets });
});
afterAll(() => store.remove());

function as(user: keyof typeof users): S3Client {
    return store.client(user, users[user].secret);
}

const land = { Bucket: "registry-land" };
const taxes = { Bucket: "registry-taxes" };
const REFUSED = /^(AccessDenied|NotImplemented|MethodNotAllowed)$/;

describe("a version", () => {
    const lockOf = async (Key: string, VersionId?: string): Promise<unknown> => {
        const { Retention } = await as("inspector").send(new GetObjectRetentionCommand({ ...land, Key, VersionId }));
        const days = ((Retention?.RetainUntilDate?.getTime() ?? 0) - Date.now()) / DAY_MS;
        return [Retention?.Mode, days > OBJECT_LOCK_DAYS * 0.999];
    };
    const LOCKED = ["COMPLIANCE", true];

    it("has its lock when it is acknowledged, of whatever kind, and also as others replace it at that moment", async () => {
        const client = as("land-backup");
        const put = async (index: number): Promise<void> => {
            const { VersionId } = await client.send(new PutObjectCommand({ ...land, Key: "one", Body: String(index) }));
            await expect(lockOf("one", VersionId)).resolves.toEqual(LOCKED);
        };
        await Promise.all(Array.from({ length: 20 }, (_, index) => put(index)));
        const upload = { ...land, Key: "parts" };
        const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
        const { ETag } = await client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: "x" }));
        const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
        const complete = new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload });
        const { VersionId } = await client.send(complete);
        await expect(lockOf("parts", VersionId)).resolves.toEqual(LOCKED);
    });

    it("keeps its lock as it is hidden and overwritten", async () => {
        const { VersionId } = await as("land-backup").send(new PutObjectCommand({ ...land, Key: "old", Body: "1" }));
        await as("land-backup").send(new PutObjectCommand({ ...land, Key: "old", Body: "2" }));
        await as("land-backup").send(new DeleteObjectCommand({ ...land, Key: "old" }));
        await expect(lockOf("old", VersionId)).resolves.toEqual(LOCKED);
    });

    it("is locked for longer where more is declared, also what is there already", async () => {
        const { VersionId } = await as("land-backup").send(new PutObjectCommand({ ...land, Key: "long", Body: "1" }));
        await store.stop();
        await store.resume(3 * OBJECT_LOCK_DAYS);
        const until = async (): Promise<number> => {
            const object = { ...land, Key: "long", VersionId };
            const { Retention } = await as("inspector").send(new GetObjectRetentionCommand(object));
            return Retention?.RetainUntilDate?.getTime() ?? 0;
        };
        while ((await until()) < Date.now() + 2 * OBJECT_LOCK_DAYS * DAY_MS) {
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        await store.stop();
        await store.resume();
        expect(await until()).toBeGreaterThan(Date.now() + 2 * OBJECT_LOCK_DAYS * DAY_MS);
    });
});

describe("nobody, whatever key they have,", () => {
    const Policy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [
            {
                Effect: "Deny",
                Principal: "*",
                Action: ["s3:PutObjectRetention"],
                Resource: ["arn:aws:s3:::registry-land/*"],
            },
        ],
    });
    const RetainUntilDate = new Date(Date.now() + 60_000);

    it.each(Object.keys(users) as (keyof typeof users)[])("changes a bucket, a policy or a lock: %s", async (user) => {
        const { VersionId } = await as("land-backup").send(new PutObjectCommand({ ...land, Key: "held", Body: "x" }));
        const version = { ...land, Key: "held", VersionId };
        const Retention = { Mode: "GOVERNANCE", RetainUntilDate } as const;
        const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled" } as const;
        const VersioningConfiguration = { Status: "Suspended" } as const;
        for (const command of [
            new PutBucketPolicyCommand({ ...land, Policy }),
            new PutBucketVersioningCommand({ ...land, VersioningConfiguration }),
            new PutObjectLockConfigurationCommand({ ...land, ObjectLockConfiguration }),
            new PutObjectRetentionCommand({ ...version, Retention, BypassGovernanceRetention: true }),
            new DeleteObjectCommand({ ...version, BypassGovernanceRetention: true }),
            new CreateBucketCommand({ Bucket: "another" }),
        ]) {
            await expect(outcome(as(user).send(command as PutBucketPolicyCommand))).resolves.toMatch(
                /^(AccessDenied|NotImplemented|MethodNotAllowed|InvalidRequest)$/,
            );
        }
    });

    it("asks for a lock of their own, which could be lifted", async () => {
        const object = { ...land, Key: "x", Body: "y", ObjectLockMode: "GOVERNANCE" } as const;
        const ask = as("land-backup").send(
            new PutObjectCommand({ ...object, ObjectLockRetainUntilDate: RetainUntilDate }),
        );
        await expect(outcome(ask)).resolves.toBe("AccessDenied");
    });

    it("is the administrator: the administration knows no account that may use it", async () => {
        for (const user of Object.keys(users) as (keyof typeof users)[]) {
            const signer = await as(user).config.signer();
            const { headers } = await signer.sign({
                method: "PATCH",
                protocol: "https:",
                hostname: "localhost",
                path: "/list-users",
                headers: { host: `localhost:${store.port}` },
            });
            expect((await request(headers)).status).toBeGreaterThanOrEqual(400);
        }
    });

    it("finds a key on the store's disk, where an earlier release kept them, nor in its environment", async () => {
        await store.stop();
        mkdirSync(store.file("accounts"));
        writeFileSync(store.file("accounts/users.json"), JSON.stringify(users));
        await store.resume();
        const files = readdirSync(store.folder, { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile() && entry.name !== "users.json")
            .map((entry) => readFileSync(join(entry.parentPath, entry.name), "latin1"));
        const told = [...files, readFileSync(`/proc/${store.pid}/environ`, "latin1")].join("\n");
        for (const { secret } of Object.values(users)) {
            expect(told).not.toContain(secret);
            expect(told).not.toContain(Buffer.from(secret).toString("base64"));
        }
        expect(readdirSync(store.folder)).not.toContain("accounts");
    });
});

describe("what is declared", () => {
    it("is taken up while the store runs: another key, another user, another bucket", async () => {
        const changed = {
            ...users,
            "land-read": { ...users["land-read"], secret: "another-secret" },
            "pensions-backup": { secret: "pensions-secret", right: "backup", bucket: "registry-pensions" },
        } as const;
        await store.declare(changed, [...buckets, "registry-pensions"]);
        const put = new PutObjectCommand({ Bucket: "registry-pensions", Key: "x", Body: "x" });
        await expect(outcome(store.client("pensions-backup", "pensions-secret").send(put))).resolves.toBe("done");
        const list = new ListObjectsV2Command(land);
        await expect(outcome(as("land-read").send(list))).resolves.toBe("SignatureDoesNotMatch");
        await expect(outcome(store.client("land-read", "another-secret").send(list))).resolves.toBe("done");
        await store.declare(users, buckets);
        await expect(outcome(store.client("pensions-backup", "pensions-secret").send(put))).resolves.toMatch(/Access/);
    });

    it("stays as it was where it cannot be read, and is refused at the next start, without its secrets", async () => {
        writeFileSync(store.file("users.json"), '{"land-read":{"secret":"hush","right":"raed"}}');
        await expect(outcome(as("land-read").send(new ListObjectsV2Command(land)))).resolves.toBe("done");
        await store.stop();
        const start = store.resume();
        await expect(start).rejects.toThrow(
            /the user land-read in .* has the right "raed", which the store does not know/,
        );
        await expect(start).rejects.not.toThrow("hush");
        writeFileSync(store.file("users.json"), JSON.stringify(users));
        await store.resume();
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
        const { CommonPrefixes = [] } = await client.send(new ListObjectsV2Command({ ...land, Delimiter: "/" }));
        expect(CommonPrefixes.map(({ Prefix }) => Prefix)).toEqual(["archive/", "backup/"]);
        const list = async (): Promise<unknown[]> => {
            const { Contents = [] } = await client.send(new ListObjectsV2Command(land));
            return Contents.map(({ Key = "" }) => Key).filter((key) => key.includes("/"));
        };
        await expect(list()).resolves.toEqual(["archive/b", "backup/a"]);
        const Delete = { Objects: [{ Key: "backup/a" }, { Key: "archive/b" }], Quiet: true };
        const { Errors = [] } = await client.send(new DeleteObjectsCommand({ ...land, Delete }));
        expect(Errors).toEqual([]);
        await expect(list()).resolves.toEqual([]);
        // The versions are hidden, but all of them still exist.
        for (const [Prefix, count] of [
            ["archive/", 1],
            ["backup/", 2],
        ] as const) {
            const { Versions = [] } = await as("inspector").send(new ListObjectVersionsCommand({ ...land, Prefix }));
            expect(Versions).toHaveLength(count);
        }
        const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...land, Key: "ended" }));
        await client.send(new AbortMultipartUploadCommand({ ...land, Key: "ended", UploadId }));
    });

    it("opens no other bucket", async () => {
        const client = as("land-backup");
        const put = client.send(new PutObjectCommand({ ...taxes, Key: "x", Body: "x" }));
        await expect(outcome(put)).resolves.toBe("AccessDenied");
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
        const put = client.send(new PutObjectCommand({ ...land, Key: "r", Body: "x" }));
        await expect(outcome(put)).resolves.toMatch(REFUSED);
        const hide = client.send(new DeleteObjectCommand({ ...land, Key: "r" }));
        await expect(outcome(hide)).resolves.toMatch(REFUSED);
    });
});

describe("an inspector's key", () => {
    it("neither reads nor writes what is stored, nor deletes it", async () => {
        const object = { ...land, Key: "r" };
        const client = as("inspector");
        await expect(outcome(client.send(new ListObjectVersionsCommand(land)))).resolves.toBe("done");
        await expect(outcome(client.send(new GetObjectCommand(object)))).resolves.toMatch(REFUSED);
        await expect(outcome(client.send(new PutObjectCommand({ ...object, Body: "x" })))).resolves.toMatch(REFUSED);
        await expect(outcome(client.send(new DeleteObjectCommand(object)))).resolves.toMatch(REFUSED);
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
