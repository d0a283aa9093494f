/** The public-copy uploader between two real object stores. One of them plays the public cloud, and has none of the embassy's users. */
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { uploadRepository } from "../../agents/public-copy-uploader/upload";
import { bundleAgents } from "../../images/agent-bundle";
import { registryKeys } from "../../infra/keys/registry-keys";
import { storeUsers } from "../../infra/storage/store-users";
import { REGION, TestStore } from "../support/object-store";

jest.setTimeout(180_000);

const BUCKET = "registry-legislation";
const CLOUD_BUCKET = "published";
const CLOUD_USER = { secret: "clouds-secret", right: "backup", bucket: CLOUD_BUCKET } as const;
const keys = registryKeys("legislation", "secret-of-legislation");
/** A segment that is too large to be sent at once. */
const SEGMENT = "wal ".repeat(100_000);
const FILES = {
    "archive/legislation/17-1/0000000100000000/segment": SEGMENT,
    "archive/legislation/archive.info": "archive 1",
    "backup/legislation/20260101-010000F/bundle/1": "bundle",
    "backup/legislation/backup.info": "backup 1",
};

let program: string;
let own: TestStore;
let cloud: TestStore;

beforeAll(async () => {
    program = (await bundleAgents(["public-copy-uploader"])).of("public-copy-uploader").content;
    [own, cloud] = await Promise.all([TestStore.start(), TestStore.start()]);
    await own.declare(storeUsers({ legislation: "secret-of-legislation", taxes: "secret-of-taxes" }), [
        BUCKET,
        "registry-taxes",
    ]);
    await cloud.declare({ cloud: CLOUD_USER }, [CLOUD_BUCKET]);
    for (const [name, text] of Object.entries(FILES)) {
        await write(name, text);
    }
});
afterAll(() => Promise.all([own.remove(), cloud.remove()]));

async function write(Key: string, Body: string): Promise<void> {
    const client = own.client(keys.backup.id, keys.backup.secret);
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
}

async function copied(folder: string): Promise<Record<string, string | undefined>> {
    const client = cloud.client("cloud", CLOUD_USER.secret);
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: CLOUD_BUCKET, Prefix: folder }));
    const texts = Contents.map(async ({ Key = "" }) => {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: CLOUD_BUCKET, Key }));
        return [Key.slice(folder.length), await Body?.transformToString()] as const;
    });
    return Object.fromEntries(await Promise.all(texts));
}

/** Runs the uploader as its pod does, with the keys in files. */
function run(bucket: string, secret: string): { status: number | null; stdout: string; stderr: string } {
    const file = (name: string, text: string): string => {
        const path = join(own.folder, "pod", name);
        mkdirSync(join(own.folder, "pod"), { recursive: true });
        writeFileSync(path, text, { mode: 0o600 });
        return path;
    };
    return spawnSync(process.execPath, [file("public-copy-uploader.cjs", program)], {
        encoding: "utf8",
        env: {
            STORE_URL: own.url,
            STORE_REGION: REGION,
            STORE_AUTHORITY: file("ca.crt", own.authority),
            READ_ID: file("reader-id", keys.read.id),
            READ_SECRET: file("reader-secret", keys.read.secret),
            BUCKET: bucket,
            CLOUD_URL: cloud.url,
            CLOUD_REGION: REGION,
            CLOUD_BUCKET,
            CLOUD_FOLDER: "tallinn",
            CLOUD_ID: file("cloud-id", "cloud"),
            CLOUD_SECRET: file("cloud-secret", secret),
            // The test's authority plays one that every machine trusts.
            NODE_EXTRA_CA_CERTS: file("cloud-ca.crt", cloud.authority),
        },
    });
}

it("copies what is stored, and later what is new or has changed", async () => {
    const first = run(BUCKET, CLOUD_USER.secret);
    expect(first).toMatchObject({ status: 0, stderr: "" });
    await expect(copied("tallinn/")).resolves.toEqual(FILES);

    const changed = { "backup/legislation/20260102-010000F/bundle/1": "new", "backup/legislation/backup.info": "2" };
    for (const [name, text] of Object.entries(changed)) {
        await write(name, text);
    }
    expect(run(BUCKET, CLOUD_USER.secret).status).toBe(0);
    await expect(copied("tallinn/")).resolves.toEqual({ ...FILES, ...changed });
});

it("names nothing in an index that it could not copy", async () => {
    const client = cloud.client("cloud", CLOUD_USER.secret);
    client.middlewareStack.add(
        (next) => (args) =>
            (args.input as { Key?: string }).Key?.endsWith("/1")
                ? Promise.reject(new Error("the link is cut"))
                : next(args),
        { step: "initialize" },
    );
    const from = { store: own.client(keys.read.id, keys.read.secret), bucket: BUCKET, prefix: "" };
    const to = { store: client, bucket: CLOUD_BUCKET, prefix: "cut/" };
    await expect(uploadRepository(from, to)).rejects.toThrow("the link is cut");
    expect(Object.keys(await copied("cut/")).filter((name) => name.endsWith(".info"))).toEqual([]);
});

it("has a key that opens its own registry only", () => {
    const { status, stderr } = run("registry-taxes", CLOUD_USER.secret);
    expect(status).toBe(1);
    expect(stderr).toMatch(/AccessDenied|Access Denied/);
});

it("fails where the cloud does not let it in, and says none of its keys", () => {
    const { status, stdout, stderr } = run(BUCKET, "wrong");
    expect(status).toBe(1);
    expect(stderr).toMatch(/SignatureDoesNotMatch|signature/i);
    expect(stdout + stderr).not.toContain(keys.read.secret);
});
