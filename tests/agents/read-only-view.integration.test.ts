/** A second versitygw that only reads a store's folders, as a restore uses it while the store itself is down. */
import { DeleteObjectCommand, GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from "@aws-sdk/client-s3";
import { TestStore } from "../support/object-store";

jest.setTimeout(120_000);

const BUCKET = "registry-land";
const users = {
    "land-backup": { secret: "land-backups-secret", right: "backup", bucket: BUCKET },
    "land-read": { secret: "land-readers-secret", right: "read", bucket: BUCKET },
} as const;

let store: TestStore;
let view: TestStore;

beforeAll(async () => {
    store = await TestStore.start({ users, buckets: [BUCKET] });
    view = await TestStore.start({ readonlyOf: store });
});
afterAll(async () => {
    await view.remove();
    await store.remove();
});

async function put(of: TestStore, Body: string): Promise<string | undefined> {
    const client = of.client("land-backup", users["land-backup"].secret);
    return (await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: "backup.info", Body }))).VersionId;
}

async function get(VersionId?: string): Promise<string | undefined> {
    const client = view.client("land-read", users["land-read"].secret);
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: "backup.info", VersionId }));
    return Body?.transformToString();
}

it("shows what the store holds, older versions too, while that runs and when it is gone", async () => {
    const first = await put(store, "1");
    await expect(get()).resolves.toBe("1");
    await put(store, "2");
    await expect(get()).resolves.toBe("2");
    await store.stop();
    await expect(get()).resolves.toBe("2");
    await expect(get(first)).resolves.toBe("1");
    const reader = view.client("land-read", users["land-read"].secret);
    const { Contents = [] } = await reader.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    expect(Contents.map(({ Key }) => Key)).toEqual(["backup.info"]);
});

it("writes nothing, and hides nothing", async () => {
    await expect(put(view, "3")).rejects.toThrow(/Access ?Denied/i);
    const hide = new DeleteObjectCommand({ Bucket: BUCKET, Key: "backup.info" });
    await expect(view.client("land-backup", users["land-backup"].secret).send(hide)).rejects.toThrow(/Access ?Denied/i);
    await expect(get()).resolves.toBe("2");
});
