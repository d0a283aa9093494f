/** The purger on a real store, with object locks of seconds instead of days, removes what must go and nothing else. */
import {
    CreateMultipartUploadCommand,
    DeleteObjectCommand,
    GetObjectCommand,
    ListObjectVersionsCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    PutObjectRetentionCommand,
    type S3Client,
} from "@aws-sdk/client-s3";
import { Purger } from "../../agents/purger/purger";
import { listKeys } from "../../agents/store/versions";
import { type SelfTest, findUnlocked } from "../../agents/self-test/self-test";
import { LyingStore } from "./lying-store";
import { TestStore, outcome } from "../support/object-store";

jest.setTimeout(120_000);

const BUCKET = "registry-land";
const land = { Bucket: BUCKET };
const LOCK_SECONDS = 3;
/** The same time in days, which is the unit of the agents' settings. */
const OBJECT_LOCK_DAYS = LOCK_SECONDS / 86_400;
/** A bucket whose objects nobody hides. */
const EXPIRING = ["audit-narva"];
const users = {
    "land-backup": { secret: "land-backups-secret", right: "backup", bucket: BUCKET },
    inspector: { secret: "inspectors-secret", right: "inspect" },
    purger: { secret: "purgers-secret", right: "purge" },
} as const;

let store: TestStore;
beforeEach(async () => {
    store = await TestStore.start({ users, buckets: [BUCKET], objectLockDays: OBJECT_LOCK_DAYS });
});
afterEach(() => store.remove());

function as(user: keyof typeof users): S3Client {
    return store.client(user, users[user].secret);
}

function purge(atOnce?: number, url?: string): ReturnType<Purger["purge"]> {
    const client = store.client("purger", users.purger.secret, url);
    return new Purger(client, OBJECT_LOCK_DAYS, EXPIRING, atOnce).purge([BUCKET]);
}

async function put(...keys: readonly string[]): Promise<void> {
    for (const Key of keys) {
        await as("land-backup").send(new PutObjectCommand({ ...land, Key, Body: Key }));
    }
}

async function hide(...keys: readonly string[]): Promise<void> {
    for (const Key of keys) {
        await as("land-backup").send(new DeleteObjectCommand({ ...land, Key }));
    }
}

/** The keys of all versions and of all delete markers. */
async function held(): Promise<{ versions: string[]; markers: string[] }> {
    const { Versions = [], DeleteMarkers = [] } = await as("inspector").send(new ListObjectVersionsCommand(land));
    const names = (all: readonly { Key?: string | undefined }[]): string[] => all.map(({ Key = "" }) => Key);
    return { versions: names(Versions), markers: names(DeleteMarkers) };
}

/** Waits until the store has locked all of its versions for this many days. */
async function lockedFor(days: number): Promise<void> {
    const test = { clients: { inspector: as("inspector") }, objectLockDays: days, patienceSeconds: 0 } as SelfTest;
    while ((await findUnlocked(test, [BUCKET])).length > 0) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/** Waits until every present object lock has ended. The store has the same clock as the test. */
async function lockEnds(): Promise<void> {
    const end = Date.now() + LOCK_SECONDS * 1000 + 50;
    await new Promise((resolve) => setTimeout(resolve, end - Date.now()));
}

it("removes what is hidden once its object lock has ended, and its folders, and not a second before", async () => {
    await put("archive/1/a", "archive/1/b", "current");
    await hide("archive/1/a", "archive/1/b");
    await expect(purge()).resolves.toEqual({ removed: 0, uploads: 0, failures: [] });
    await lockEnds();
    await expect(purge()).resolves.toEqual({ removed: 4, uploads: 0, failures: [] });
    await expect(held()).resolves.toEqual({ versions: ["current"], markers: [] });
    const { CommonPrefixes } = await as("land-backup").send(new ListObjectsV2Command({ ...land, Delimiter: "/" }));
    expect(CommonPrefixes).toBeUndefined();
});

it("leaves what is current, however old, and removes what it has replaced", async () => {
    for (let count = 0; count < 3; count++) {
        await put("backup.info");
    }
    await lockEnds();
    await expect(purge()).resolves.toMatchObject({ removed: 2, failures: [] });
    await expect(held()).resolves.toEqual({ versions: ["backup.info"], markers: [] });
    const { Body } = await as("land-backup").send(new GetObjectCommand({ ...land, Key: "backup.info" }));
    await expect(Body?.transformToString()).resolves.toBe("backup.info");
});

it("shows nothing again: a marker stays for as long as there is anything behind it", async () => {
    await put("long");
    // The store restarts with a longer lock, and extends the locks of what it has.
    await store.stop();
    await store.resume(1);
    await lockedFor(1);
    await hide("long");
    await lockEnds();
    await expect(purge()).resolves.toMatchObject({ removed: 0, failures: [] });
    await expect(held()).resolves.toEqual({ versions: ["long"], markers: ["long"] });
});

it("leaves what was written anew after it was hidden", async () => {
    await put("again");
    await hide("again");
    await put("again");
    await lockEnds();
    // The purger removed the hidden version and the marker.
    await expect(purge()).resolves.toMatchObject({ removed: 2, failures: [] });
    await expect(held()).resolves.toEqual({ versions: ["again"], markers: [] });
});

it("leaves what never had an object lock", async () => {
    await put("unlocked");
    await hide("unlocked");
    await lockEnds();
    const none = "<Error><Code>NoSuchObjectLockConfiguration</Code></Error>";
    const forgetful = await LyingStore.before(store, ({ method, query }) =>
        method === "GET" && query.has("retention") ? { status: 404, body: none } : undefined,
    );
    await expect(purge(undefined, forgetful.url)).resolves.toMatchObject({ removed: 0, failures: [] });
    forgetful.close();
    await expect(held()).resolves.toMatchObject({ versions: ["unlocked"] });
});

it("holds no more than what is kept, over many days that are a second each", async () => {
    const most: number[] = [];
    for (let day = 0; day < 6; day++) {
        await put(`day/${day}`);
        if (day >= 3) {
            await hide(`day/${day - 3}`);
        }
        await lockEnds();
        await purge();
        most.push((await held()).versions.length);
    }
    // Retention keeps three versions, and there were never more.
    expect(Math.max(...most)).toBe(3);
});

it("comes to all of them by rounds, past a key that it cannot purge", async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `key/${index}`);
    await put(...keys);
    await hide(...keys);
    await lockEnds();
    await expect(purge(10)).resolves.toMatchObject({ removed: 50, failures: [] });
    await expect(held()).resolves.toEqual({ versions: [], markers: [] });
});

it("lists each key whole, wherever a page ends", async () => {
    await put("a", "a", "a", "b", "c", "c");
    await hide("a", "c");
    const whole: string[] = [];
    for await (const all of listKeys(as("purger"), BUCKET, undefined, 2)) {
        whole.push(`${all[0]?.key ?? ""} ${all.length}`);
    }
    expect(whole.sort()).toEqual(["a 4", "b 1", "c 3"]);
});

describe("its key", () => {
    it("opens nothing else", async () => {
        await put("x");
        const client = as("purger");
        const object = { ...land, Key: "x" };
        const Retention = { Mode: "COMPLIANCE", RetainUntilDate: new Date(Date.now() + 60_000) } as const;
        for (const command of [
            new GetObjectCommand(object),
            new PutObjectCommand({ ...object, Body: "y" }),
            new DeleteObjectCommand(object),
            new CreateMultipartUploadCommand(object),
            new PutObjectRetentionCommand({ ...object, Retention }),
        ]) {
            await expect(outcome(client.send(command))).resolves.toBe("AccessDenied");
        }
    });

    it("removes nothing that is locked", async () => {
        await put("x");
        const { Versions = [] } = await as("inspector").send(new ListObjectVersionsCommand(land));
        const version = { ...land, Key: "x", VersionId: Versions[0]?.VersionId };
        for (const BypassGovernanceRetention of [false, true]) {
            const ask = as("purger").send(new DeleteObjectCommand({ ...version, BypassGovernanceRetention }));
            await expect(outcome(ask)).resolves.toMatch(/AccessDenied|Locked/);
        }
    });
});
