/** The audit shipper's own program against a real store: what it stores is locked, and its key is of no other use. */
import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import {
    DeleteObjectCommand,
    GetObjectCommand,
    GetObjectRetentionCommand,
    ListObjectVersionsCommand,
    ListObjectsV2Command,
    PutObjectCommand,
    PutObjectRetentionCommand,
} from "@aws-sdk/client-s3";
import { setTimeout as sleep } from "node:timers/promises";
import { chainProblems, linkOf, openPiece } from "../../agents/audit-shipper/piece";
import { readAuditLog } from "../../lab/stored-audit-log";
import { repoRoot } from "../../command-line/paths";
import { freePorts } from "../support/apiserver";
import { OBJECT_LOCK_DAYS, REGION, TestStore, outcome } from "../support/object-store";
import { TYPESCRIPT } from "../../command-line/typescript";

jest.setTimeout(120_000);

const BUCKET = "audit-narva";
const users = {
    "audit-shipper-narva": { secret: "shippers-secret", right: "append", bucket: BUCKET },
    inspector: { secret: "inspectors-secret", right: "inspect" },
    "land-read": { secret: "land-readers-secret", right: "read", bucket: "registry-land" },
} as const;
const inBucket = { Bucket: BUCKET };
const REFUSED = /^(AccessDenied|NotImplemented|MethodNotAllowed)$/;

let store: TestStore;
let port: number;
let log: string;
let agent: ChildProcess | undefined;

beforeAll(async () => {
    store = await TestStore.start({ users, buckets: [BUCKET, "registry-land"] });
    [port = 0] = await freePorts(1);
    log = join(store.folder, "audit-log");
    mkdirSync(join(log, "sent"), { recursive: true });
    writeFileSync(join(store.folder, "secret"), users["audit-shipper-narva"].secret, { mode: 0o600 });
    writeFileSync(join(store.folder, "authority"), store.authority);
});
afterEach(() => stop());
afterAll(() => store.remove());

function start(patience = 3600): void {
    const env = {
        PATH: process.env["PATH"],
        STORE_URL: store.url,
        STORE_REGION: REGION,
        STORE_AUTHORITY: join(store.folder, "authority"),
        STORE_USER: "audit-shipper-narva",
        STORE_SECRET: join(store.folder, "secret"),
        BUCKET,
        SITE: "narva",
        API_SERVER: "a1-3",
        LOG: log,
        SENT: join(log, "sent"),
        INTERVAL_SECONDS: "0.05",
        PATIENCE_SECONDS: String(patience),
        PORT: String(port),
    };
    const args = [...TYPESCRIPT, join(repoRoot, "agents", "audit-shipper", "main.ts")];
    agent = spawn(process.execPath, args, { cwd: repoRoot, env, stdio: "inherit" });
}

async function stop(): Promise<void> {
    if (agent?.exitCode === null && agent.signalCode === null) {
        agent.kill("SIGKILL");
        await once(agent, "exit");
    }
}

let number = 0;
function write(): string {
    const record = `{"auditID":"${(number += 1)}","stageTimestamp":"2026-11-29T21:00:0${number}.000000Z"}`;
    appendFileSync(join(log, "audit.log"), `${record}\n`);
    return record;
}

/** Where the store has it, which is how it is read back. */
const folder = (): string => join(store.folder, "objects", BUCKET);

async function stored(since?: string): Promise<string[]> {
    const lines: string[] = [];
    await readAuditLog(folder(), since, (line) => lines.push(line));
    return lines;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!(await holds().catch(() => false))) {
        if (Date.now() > deadline) {
            throw new Error("it did not come to that within a minute");
        }
        await sleep(50);
    }
}

/** What a kubelet is told. */
function asked(path: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
        get({ port, path, agent: false }, ({ statusCode }) => resolve(statusCode)).once("error", reject);
    });
}

function as(user: keyof typeof users): ReturnType<TestStore["client"]> {
    return store.client(user, users[user].secret);
}

describe("an audit log in the other site's store", () => {
    it("is there soon after it was written, also what was written while the agent or the store was away", async () => {
        const all = [write(), write()];
        start();
        await until(async () => (await stored()).length === 2);
        await stop();
        all.push(write());
        await store.stop();
        start();
        all.push(write());
        await until(async () => (await asked("/alive")) === 200);
        await store.resume();
        await until(async () => (await stored()).length === 4);
        await expect(stored()).resolves.toEqual(all);
        await expect(stored("2026-11-29T21:00:03.000000Z")).resolves.toEqual(all.slice(2));
        const pieces = readdirSync(join(folder(), "a1-3")).map((name) => readFileSync(join(folder(), "a1-3", name)));
        expect(openPiece(pieces[0] ?? Buffer.alloc(0)).header).toMatchObject({
            site: "narva",
            apiServer: "a1-3",
            previous: null,
        });
        expect(chainProblems(pieces.map((body, index) => linkOf(String(index), body)))).toEqual([]);
    });

    it("is told to be missing where nothing could be stored for as long as is declared", async () => {
        await store.stop();
        write();
        start(1);
        await until(async () => (await asked("/stores")) === 503);
        await expect(asked("/alive")).resolves.toBe(200);
        await store.resume();
        await until(async () => (await asked("/stores")) === 200);
    });

    it("is there also where somebody fills it with records that are large and cannot be compressed", async () => {
        const large = JSON.stringify({
            auditID: "large",
            requestObject: randomBytes(3 * 1024 * 1024).toString("base64"),
        });
        appendFileSync(join(log, "audit.log"), `${large}\n`);
        start();
        await until(async () => (await stored()).includes(large));
        await expect(asked("/stores")).resolves.toBe(200);
    });

    it("is locked when it is acknowledged, and whoever has the key reads, removes and shortens nothing", async () => {
        const { Versions = [] } = await as("inspector").send(new ListObjectVersionsCommand(inBucket));
        expect(Versions.length).toBeGreaterThan(2);
        for (const { Key, VersionId } of Versions) {
            const version = { ...inBucket, Key, VersionId };
            const { Retention } = await as("inspector").send(new GetObjectRetentionCommand(version));
            const days = ((Retention?.RetainUntilDate?.getTime() ?? 0) - Date.now()) / 86_400_000;
            expect([Retention?.Mode, days > OBJECT_LOCK_DAYS * 0.99]).toEqual(["COMPLIANCE", true]);
        }
        const [{ Key, VersionId } = {}] = Versions;
        const version = { ...inBucket, Key, VersionId };
        const Lifted = { Mode: "GOVERNANCE", RetainUntilDate: new Date(Date.now() + 1_000) } as const;
        for (const user of Object.keys(users) as (keyof typeof users)[]) {
            for (const command of [
                new DeleteObjectCommand(version),
                new DeleteObjectCommand({ ...inBucket, Key }),
                new PutObjectRetentionCommand({ ...version, Retention: Lifted }),
                new GetObjectCommand({ ...inBucket, Key }),
                new ListObjectsV2Command(inBucket),
            ]) {
                // Each command has a type of its own.
                await expect(outcome(as(user).send(command as DeleteObjectCommand))).resolves.toMatch(REFUSED);
            }
        }
        const elsewhere = new PutObjectCommand({ Bucket: "registry-land", Key: "x", Body: "x" });
        await expect(outcome(as("audit-shipper-narva").send(elsewhere))).resolves.toMatch(REFUSED);
    });

    it("keeps what was there where the key is used to put something else under its name, which shows", async () => {
        const [first = ""] = readdirSync(join(folder(), "a1-3"));
        const Key = `a1-3/${first}`;
        // An agent that is killed before it has noted what it stored stores it again, so that a piece may have several versions.
        const versions = async (): Promise<(string | undefined)[]> => {
            const list = new ListObjectVersionsCommand({ ...inBucket, Prefix: Key });
            const { Versions = [] } = await as("inspector").send(list);
            return Versions.map(({ VersionId }) => VersionId).sort();
        };
        const before = await versions();
        expect(before.length).toBeGreaterThan(0);
        const { VersionId } = await as("audit-shipper-narva").send(
            new PutObjectCommand({ ...inBucket, Key, Body: "forged" }),
        );
        await expect(versions()).resolves.toEqual([...before, VersionId].sort());
        await expect(readAuditLog(folder(), undefined, () => undefined)).resolves.toContain(
            `${Key} is no piece of an audit log`,
        );
    });
});
