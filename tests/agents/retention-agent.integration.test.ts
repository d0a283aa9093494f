/** The retention agent on a real store: what it hears of, what it finds, and what it does not believe. */
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
    CompleteMultipartUploadCommand,
    CreateMultipartUploadCommand,
    PutObjectCommand,
    UploadPartCommand,
} from "@aws-sdk/client-s3";
import { eventServer } from "../../agents/retention-agent/events";
import { RetentionAgent } from "../../agents/retention-agent/retention-agent";
import { type Status, Statistics } from "../../agents/retention-agent/statistics";
import { retain, retentionOf } from "../../agents/store/retention";
import { type Version, listVersions } from "../../agents/store/versions";
import { OBJECT_LOCK_DAYS, TestStore } from "../support/object-store";
import { LyingStore } from "./lying-store";

jest.setTimeout(120_000);

const BUCKET = "registry-land";
const DAY_MS = 24 * 60 * 60 * 1000;
const users = {
    "land-backup": { secret: "land-backups-secret", right: "backup", bucket: BUCKET },
    "retention-agent": { secret: "retention-secret", right: "retain" },
} as const;

let store: TestStore;
let events: Server;
let hear: ((bucket: string, key: string) => void) | undefined;

beforeAll(async () => {
    events = eventServer((bucket, key) => hear?.(bucket, key));
    await once(events.listen(0, "127.0.0.1"), "listening");
    store = await TestStore.start({ events: `http://127.0.0.1:${(events.address() as AddressInfo).port}` });
    await store.declare(users, [BUCKET]);
});
afterEach(() => {
    hear = undefined;
});
afterAll(async () => {
    await store.remove();
    events.closeAllConnections();
    events.close();
});

function newAgent(days = OBJECT_LOCK_DAYS, url?: string): { agent: RetentionAgent; status: () => Status } {
    const statistics = new Statistics();
    const agent = new RetentionAgent(
        store.client("retention-agent", users["retention-agent"].secret, url),
        days,
        statistics,
    );
    return { agent, status: () => statistics.status() };
}

async function put(Key: string): Promise<void> {
    const client = store.client("land-backup", users["land-backup"].secret);
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
}

async function putInParts(Key: string): Promise<void> {
    const client = store.client("land-backup", users["land-backup"].secret);
    const upload = { Bucket: BUCKET, Key };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(upload));
    const { ETag } = await client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: Key }));
    const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
    await client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
}

async function versions(key: string): Promise<Version[]> {
    const found: Version[] = [];
    for await (const version of listVersions(store.administrator, BUCKET, key)) {
        found.push(version);
    }
    return found;
}

/** When each version's retention ends, counted in milliseconds from when it was written; undefined where it has none. */
async function lockedFor(key: string): Promise<(number | undefined)[]> {
    const found = await versions(key);
    return Promise.all(
        found.map(async (version) => {
            const retention = await retentionOf(store.administrator, version);
            const until = retention?.Mode === "COMPLIANCE" ? retention.RetainUntilDate : undefined;
            return until && until.getTime() - version.writtenAt;
        }),
    );
}

it.each([
    ["an object", "archive/000000010000000000000001.gz", put],
    ["one in parts", "backup/large", putInParts],
    ["one with an odd name", "a b+c/ä%20&?.txt", put],
])("locks %s as soon as it hears of it", async (_, key, write) => {
    const { agent, status } = newAgent();
    const heard = new Promise<void>((resolve, reject) => {
        hear = (bucket, written) => {
            agent.lockKey(bucket, written).then(resolve, reject);
        };
    });
    await write(key);
    await heard;
    await expect(lockedFor(key)).resolves.toEqual([OBJECT_LOCK_DAYS * DAY_MS]);
    expect(status()).toMatchObject({ locked: 1 });
    expect(status().unlockedSeconds.max).toBeGreaterThan(0);
});

it("finds what it did not hear of, older versions too, and locks each from when it was written", async () => {
    for (let count = 0; count < 3; count++) {
        await put("unheard");
    }
    await expect(lockedFor("unheard")).resolves.toEqual([undefined, undefined, undefined]);
    const { agent, status } = newAgent();
    await agent.sweep([BUCKET]);
    await expect(lockedFor("unheard")).resolves.toEqual(Array(3).fill(OBJECT_LOCK_DAYS * DAY_MS));
    expect(status().lastSweep).toMatchObject({ failures: [] });
});

it("makes a retention longer where that is declared, and none shorter", async () => {
    await put("longer");
    await newAgent(2).agent.sweep([BUCKET]);
    await newAgent(1).agent.sweep([BUCKET]);
    await expect(lockedFor("longer")).resolves.toEqual([2 * DAY_MS]);
    await newAgent(3).agent.sweep([BUCKET]);
    await expect(lockedFor("longer")).resolves.toEqual([3 * DAY_MS]);
});

it("goes on after an outage of the store with what was written before it", async () => {
    await put("before-outage");
    const { agent } = newAgent();
    await store.stop();
    await expect(agent.sweep([BUCKET])).rejects.toThrow();
    await store.resume();
    await agent.sweep([BUCKET]);
    await expect(lockedFor("before-outage")).resolves.toEqual([OBJECT_LOCK_DAYS * DAY_MS]);
});

it("names the version that it cannot lock, and locks the others", async () => {
    await put("held-back");
    await put("not-held-back");
    const [version] = await versions("held-back");
    // The administrator was faster: only a right that the retention agent has not would turn this into COMPLIANCE.
    const RetainUntilDate = new Date(Date.now() + DAY_MS);
    await retain(store.administrator, version as Version, { Mode: "GOVERNANCE", RetainUntilDate });
    const { agent, status } = newAgent();
    await agent.sweep([BUCKET]);
    expect(status().lastSweep?.failures).toEqual([expect.stringContaining(`${BUCKET}/held-back?versionId=`)]);
    await expect(lockedFor("not-held-back")).resolves.toEqual([OBJECT_LOCK_DAYS * DAY_MS]);
});

it("does not believe a store that says that it has locked and has not", async () => {
    await put("believed");
    const liar = await LyingStore.before(store, ({ method, query }) =>
        method === "PUT" && query.has("retention") ? { status: 200, body: "" } : undefined,
    );
    try {
        const { agent } = newAgent(OBJECT_LOCK_DAYS, liar.url);
        await expect(agent.lockKey(BUCKET, "believed")).rejects.toThrow("said that it is locked, and it is not");
    } finally {
        liar.close();
    }
});

it("needs no events to be true: what is made up changes nothing", async () => {
    await expect(newAgent().agent.lockKey(BUCKET, "never-written")).resolves.toBeUndefined();
    const { port } = events.address() as AddressInfo;
    const post = (body: string): Promise<number> =>
        fetch(`http://127.0.0.1:${port}`, { method: "POST", body }).then(({ status }) => status);
    await expect(post("{")).resolves.toBe(204);
    await expect(post('{"Service":"S3","Event":"s3:TestEvent"}')).resolves.toBe(204);
});
