/** An audit log is cut into pieces as its files are rotated, compressed and removed, and its chain shows what is missing. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import { linesAfter } from "../../agents/audit-shipper/log-files";
import { chainProblems, linkOf, openPiece } from "../../agents/audit-shipper/piece";
import { Shipper } from "../../agents/audit-shipper/shipper";

let folder: string;
let log: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "audit-"));
    log = join(folder, "log");
    mkdirSync(join(folder, "sent"), { recursive: true });
    mkdirSync(log);
});
afterEach(() => rmSync(folder, { recursive: true }));

let number = 0;
function write(lines = 1): string[] {
    const records = Array.from({ length: lines }, () => `{"auditID":"${(number += 1)}"}`);
    appendFileSync(join(log, "audit.log"), records.map((record) => `${record}\n`).join(""));
    return records;
}

/** As lumberjack does. */
function rotate(compressed = true): string {
    const name = join(log, `audit-2026-11-29T21-00-${String((number += 1)).padStart(6, "0")}.log`);
    renameSync(join(log, "audit.log"), name);
    if (!compressed) {
        return name;
    }
    writeFileSync(`${name}.gz`, gzipSync(readFileSync(name)));
    rmSync(name);
    return `${name}.gz`;
}

/** A store that keeps what it is given, or is away. */
class Store {
    readonly held = new Map<string, Buffer>();
    isAway = false;
    afterwards: () => void = () => undefined;

    readonly client = {
        send: ({ input }: { input: { Key: string; Body: Buffer } }) => {
            if (this.isAway) {
                return Promise.reject(new Error("the store is away"));
            }
            this.held.set(input.Key, input.Body);
            this.afterwards();
            return Promise.resolve({});
        },
    } as unknown as S3Client;

    lines(): string[] {
        return [...this.held.values()].flatMap((body) => openPiece(body).lines.split("\n").filter(Boolean));
    }
}

function problems(pieces: ReadonlyMap<string, Buffer>): string[] {
    return chainProblems([...pieces].map(([name, body]) => linkOf(name, body)));
}

function shipper(store: Store, most?: number): Shipper {
    const where = { bucket: "audit-narva", site: "narva", apiServer: "a1-3", log, sent: join(folder, "sent") };
    return new Shipper({ store: store.client, ...where, ...(most !== undefined && { most }) });
}

describe("an audit log", () => {
    it("is stored once, in its order, however its files are called meanwhile", async () => {
        const store = new Store();
        const all = write(3);
        await shipper(store).pass();
        all.push(...write(2));
        rotate();
        all.push(...write(2));
        await shipper(store).pass();
        const half = rotate(false);
        // The server compresses a file while the agent reads it, and removes the original when that is done.
        writeFileSync(`${half}.gz`, "half");
        all.push(...write(1));
        await shipper(store).pass();
        await expect(shipper(store).pass()).resolves.toEqual([]);
        expect(store.lines()).toEqual(all);
        expect(problems(store.held)).toEqual([]);
    });

    it("is not followed into ever smaller pieces while others write to it", async () => {
        const store = new Store();
        write();
        store.afterwards = () => write();
        await expect(shipper(store).pass()).resolves.toHaveLength(1);
    });

    it("is cut between records, and a record that is being written waits", async () => {
        const store = new Store();
        const all = write(10);
        appendFileSync(join(log, "audit.log"), '{"auditID":');
        await shipper(store, 50).pass();
        expect(store.held.size).toBeGreaterThan(2);
        expect(store.lines()).toEqual(all);
        appendFileSync(join(log, "audit.log"), '"last"}\n');
        await shipper(store, 50).pass();
        expect(store.lines()).toEqual([...all, '{"auditID":"last"}']);
    });

    it("waits on the machine while the store is away, and is sent as it was then", async () => {
        const store = new Store();
        const all = write(2);
        store.isAway = true;
        await expect(shipper(store).pass()).rejects.toThrow("the store is away");
        all.push(...write(2));
        rotate();
        all.push(...write(1));
        store.isAway = false;
        await shipper(store).pass();
        expect(store.lines()).toEqual(all);
        expect(problems(store.held)).toEqual([]);
    });

    it("has no piece twice under two names where the agent ends before it has written down what it sent", async () => {
        const store = new Store();
        const all = write(2);
        store.afterwards = () => {
            throw new Error("ended");
        };
        await expect(shipper(store).pass()).rejects.toThrow("ended");
        store.afterwards = () => undefined;
        all.push(...write(1));
        await shipper(store).pass();
        expect(store.lines()).toEqual(all);
    });

    it("says that records are lost where a file was removed before it was sent, or was cut off", async () => {
        const store = new Store();
        write(2);
        await shipper(store).pass();
        write(2);
        rmSync(rotate());
        write(1);
        await shipper(store).pass();
        const [, name = ""] = [...store.held.keys()];
        expect(problems(store.held)).toEqual([`${name}: records before it were gone before they could be stored`]);
        const { end } = openPiece([...store.held.values()][1] ?? Buffer.alloc(0)).header;
        writeFileSync(join(log, "audit.log"), readFileSync(join(log, "audit.log")).subarray(0, 5));
        write(1);
        await expect(linesAfter(log, end)).resolves.toMatchObject({ lost: true });
    });
});

describe("a chain", () => {
    async function three(): Promise<[string, Buffer][]> {
        const store = new Store();
        for (let piece = 0; piece < 3; piece += 1) {
            write();
            await shipper(store).pass();
        }
        return [...store.held];
    }

    it("shows a piece that is missing", async () => {
        const pieces = new Map(await three());
        const [first = "", second = "", third = ""] = pieces.keys();
        pieces.delete(second);
        expect(problems(pieces)).toEqual([`between ${first} and ${third} there is nothing: 2 missing`]);
    });

    it("shows a piece that was replaced, and what is none", async () => {
        const pieces = new Map(await three());
        const [first = "", second = ""] = pieces.keys();
        const forged = gzipSync(`${JSON.stringify(openPiece(pieces.get(first) as Buffer).header)}\n`);
        pieces.set(first, forged);
        expect(problems(pieces)).toEqual([
            `${first} is not the piece that ${second} follows: the store has the one that was there before`,
        ]);
        pieces.set("a1-3/nothing", Buffer.from("nothing"));
        expect(problems(pieces)).toContain("a1-3/nothing is no piece of an audit log");
    });

    it("may begin with any piece, as older ones are no longer kept", async () => {
        const pieces = await three();
        expect(problems(new Map(pieces.slice(1)))).toEqual([]);
    });
});
