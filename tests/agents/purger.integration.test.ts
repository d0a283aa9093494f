/** The purger on a real store, with object locks of seconds in the place of days: what has to go goes, and nothing else. */
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
import { RetentionAgent } from "../../agents/retention-agent/retention-agent";
import { Statistics } from "../../agents/retention-agent/statistics";
import { listKeys } from "../../agents/store/versions";
import { TestStore, outcome } from "../support/object-store";

jest.setTimeout(120_000);

const BUCKET = "registry-land";
const land = { Bucket: BUCKET };
const LOCK_SECONDS = 3;
/** As the agents are told of it. */
const OBJECT_LOCK_DAYS = LOCK_SECONDS / 86_400;
const users = {
    "land-backup": { secret: "land-backups-secret", right: "backup", bucket: BUCKET },
    "retention-agent": { secret: "retention-secret", right: "retain" },
    purger: { secret: "purgers-secret", right: "purge" },
} as const;

let store: TestStore;
beforeEach(async () => {
    store = await TestStore.start();
    await store.declare(users, [BUCKET]);
});
afterEach(() => store.remove());

function as(user: keyof typeof users): S3Client {
    return store.client(user, users[user].secret);
}

function purge(atOnce?: number): ReturnType<Purger["purge"]> {
    return new Purger(as("purger"), OBJECT_LOCK_DAYS, atOnce).purge([BUCKET]);
}

async function lock(days = OBJECT_LOCK_DAYS): Promise<void> {
    await new RetentionAgent(as("retention-agent"), days, new Statistics()).sweep([BUCKET]);
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

/** What there is: keys of versions, and of markers. */
async function held(): Promise<{ versions: string[]; markers: string[] }> {
    const { Versions = [], DeleteMarkers = [] } = await store.administrator.send(new ListObjectVersionsCommand(land));
    const names = (all: readonly { Key?: string | undefined }[]): string[] => all.map(({ Key = "" }) => Key);
    return { versions: names(Versions), markers: names(DeleteMarkers) };
}

/** Until every object lock that there is now has ended, by the store's clock, which is this one. */
async function lockEnds(): Promise<void> {
    const end = Date.now() + LOCK_SECONDS * 1000 + 50;
    await new Promise((resolve) => setTimeout(resolve, end - Date.now()));
}

it("removes what is hidden once its object lock has ended, and its folders, and not a second before", async () => {
    await put("archive/1/a", "archive/1/b", "current");
    await lock();
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
    await lock();
    await lockEnds();
    await expect(purge()).resolves.toMatchObject({ removed: 2, failures: [] });
    await expect(held()).resolves.toEqual({ versions: ["backup.info"], markers: [] });
    const { Body } = await as("land-backup").send(new GetObjectCommand({ ...land, Key: "backup.info" }));
    await expect(Body?.transformToString()).resolves.toBe("backup.info");
});

it("shows nothing again: a marker stays for as long as there is anything behind it", async () => {
    await put("long");
    await lock(1);
    await hide("long");
    await lockEnds();
    await expect(purge()).resolves.toMatchObject({ removed: 0, failures: [] });
    await expect(held()).resolves.toEqual({ versions: ["long"], markers: ["long"] });
});

it("leaves what was written anew after it was hidden", async () => {
    await put("again");
    await lock();
    await hide("again");
    await put("again");
    await lockEnds();
    // What it hid, and the marker.
    await expect(purge()).resolves.toMatchObject({ removed: 2, failures: [] });
    await expect(held()).resolves.toEqual({ versions: ["again"], markers: [] });
});

it("leaves what never had an object lock", async () => {
    await put("unlocked");
    await hide("unlocked");
    await lockEnds();
    await expect(purge()).resolves.toMatchObject({ removed: 0, failures: [] });
    await expect(held()).resolves.toMatchObject({ versions: ["unlocked"] });
});

it("holds no more than what is kept, over many days that are a second each", async () => {
    const most: number[] = [];
    for (let day = 0; day < 6; day++) {
        await put(`day/${day}`);
        await lock();
        if (day >= 3) {
            await hide(`day/${day - 3}`);
        }
        await lockEnds();
        await purge();
        most.push((await held()).versions.length);
    }
    // Three that are kept, as retention has it, and none besides.
    expect(Math.max(...most)).toBe(3);
});

it("comes to all of them by rounds, past a key that it cannot purge", async () => {
    const keys = Array.from({ length: 25 }, (_, index) => `key/${index}`);
    await put(...keys);
    await lock();
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

    it("removes nothing that is locked, or that the bucket's rule holds until the retention agent has come", async () => {
        await put("x", "y");
        const version = async (Key: string): Promise<string | undefined> => {
            const { Versions = [] } = await store.administrator.send(new ListObjectVersionsCommand(land));
            return Versions.find((each) => each.Key === Key)?.VersionId;
        };
        const remove = async (Key: string, bypass = false): Promise<string> => {
            const object = { ...land, Key, VersionId: await version(Key), BypassGovernanceRetention: bypass };
            return outcome(as("purger").send(new DeleteObjectCommand(object)));
        };
        await expect(remove("x")).resolves.toMatch(/AccessDenied|Locked/);
        await lock(1);
        await expect(remove("x")).resolves.toMatch(/AccessDenied|Locked/);
        const Retention = { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + 60_000) } as const;
        await put("governed");
        const governed = { ...land, Key: "governed", VersionId: await version("governed"), Retention };
        await store.administrator.send(new PutObjectRetentionCommand(governed));
        await expect(remove("governed", true)).resolves.toMatch(/AccessDenied|Locked/);
    });
});
