import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fromEnvironment } from "../../data/environment";
import { readJournal } from "../../data/journal";
import { load } from "../../data/load";
import { lost } from "../../data/lost";
import { type WriteResult, write } from "../../data/write";
import { repoRoot } from "../../command-line/paths";
import { Postgres } from "../support/postgres";
import { TYPESCRIPT } from "../../command-line/typescript";

const silent = { update: () => undefined, end: () => undefined };

let postgres: Postgres;
let folder: string;
beforeAll(async () => {
    postgres = await Postgres.start();
    folder = mkdtempSync(join(tmpdir(), "write-"));
    await load(database(), "population", { seed: 1, people: 10, replace: false, progress: silent });
}, 300_000);
afterAll(async () => {
    await postgres.remove();
    rmSync(folder, { recursive: true });
});

function database(name?: string): ReturnType<typeof fromEnvironment> {
    return fromEnvironment(postgres.environment(name));
}

function start(name: string, seconds: number, signal = new AbortController().signal): Promise<WriteResult> {
    const journal = join(folder, `${name}.jsonl`);
    return write(database(), "population", { rate: 200, seconds, journal, signal, progress: silent });
}

/** Waits until the journal has this many lines. */
async function untilLines(name: string, lines: number): Promise<void> {
    while (readFileSync(join(folder, `${name}.jsonl`), "utf8").split("\n").length < lines) {
        await sleep(20);
    }
}

it("loses no acknowledged commit when the server is killed, twice, and goes on after it", async () => {
    const end = new AbortController();
    const writing = start("killed", 60, end.signal);
    await sleep(500);
    for (const lines of [50, 300]) {
        await untilLines("killed", lines);
        await postgres.kill();
        await postgres.resume();
    }
    const { length } = readFileSync(join(folder, "killed.jsonl"), "utf8").split("\n");
    await untilLines("killed", length + 50);
    end.abort();
    const result = await writing;

    const { entries } = readJournal(result.journal);
    expect(entries.map(({ sequence }) => sequence)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.filter(({ outcome }) => outcome === "acknowledged")).toHaveLength(result.acknowledged);
    expect(result.acknowledged).toBeGreaterThan(300);
    expect(result.longestGapSeconds).toBeGreaterThan(0.5);
    expect(await lost(database(), result.journal)).toMatchObject({
        acknowledged: result.acknowledged,
        lost: [],
        unknown: { total: result.unknown },
        refusedButFound: [],
    });
}, 90_000);

it("counts what is gone, and what nobody was promised", async () => {
    const result = await start("gone", 1);
    await postgres.query(`DELETE FROM population.write_probe WHERE run = '${result.run}' AND sequence IN (3, 5)`);
    expect(await lost(database(), result.journal)).toMatchObject({
        acknowledged: result.acknowledged,
        lost: [3, 5],
        unknown: { total: 0, found: 0 },
    });
});

it("acknowledges with positions in the log that only grow", async () => {
    const { journal } = await start("positions", 0.5);
    const positions = readJournal(journal).entries.map((entry) => {
        const [high = "", low = ""] = (entry.outcome === "acknowledged" ? entry.lsn : "").split("/");
        return BigInt(`0x${high}`) * 2n ** 32n + BigInt(`0x${low}`);
    });
    expect(positions.length).toBeGreaterThan(10);
    expect(positions.every((position, i) => i === 0 || position > (positions[i - 1] as bigint))).toBe(true);
});

it("calls a commit unknown that the server has on its own disk alone", async () => {
    // The commit waits for a standby that never comes, and the wait is then ended, as an operator would do it.
    await postgres.query("ALTER SYSTEM SET synchronous_standby_names = 'luxembourg'");
    await postgres.query("SELECT pg_reload_conf()");
    const end = new AbortController();
    const writing = start("local", 30, end.signal);
    const waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    while ((await postgres.query(`SELECT ${waiting}`)).length === 0) {
        await sleep(20);
    }
    end.abort();
    await postgres.query(`SELECT pg_cancel_backend(pid) ${waiting}`);
    const result = await writing;
    await postgres.query("ALTER SYSTEM RESET synchronous_standby_names");
    await postgres.query("SELECT pg_reload_conf()");
    expect(result).toMatchObject({ acknowledged: 0, unknown: 1, refused: 0 });
    expect(await lost(database(), result.journal)).toMatchObject({ unknown: { total: 1, found: 1 } });
});

it("calls a commit refused that the server does not take", async () => {
    await postgres.query("ALTER DATABASE postgres SET default_transaction_read_only = on");
    const result = await start("refused", 0.5);
    await postgres.query("BEGIN READ WRITE; ALTER DATABASE postgres RESET default_transaction_read_only; COMMIT");
    expect(result).toMatchObject({ acknowledged: 0, unknown: 0 });
    expect(result.refused).toBeGreaterThan(0);
    expect(await lost(database(), result.journal)).toMatchObject({ refusedButFound: [] });
});

it("wants a registry that is loaded", async () => {
    await postgres.createDatabase("empty");
    const options = { rate: 1, seconds: 1, signal: new AbortController().signal, progress: silent };
    const journal = join(folder, "empty.jsonl");
    await expect(write(database("empty"), "population", { ...options, journal })).rejects.toThrow(
        /no table population\.write_probe.*data -- load/,
    );
});

it("ends cleanly on Ctrl-C, with its result", async () => {
    const journal = join(folder, "interrupted.jsonl");
    const child = spawn(
        process.execPath,
        [
            ...[...TYPESCRIPT, join(repoRoot, "data/main.ts")],
            ...["write", "--for", "5m", "--rate", "50", "--journal", journal, "--json"],
        ],
        { env: { ...process.env, ...postgres.environment() }, stdio: ["ignore", "pipe", "pipe"] },
    );
    const output: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
    const ended = once(child, "close");
    await once(child.stderr, "data");
    child.stderr.resume();
    await untilLines("interrupted", 10);
    child.kill("SIGINT");
    expect(await ended).toEqual([0, null]);
    const result = JSON.parse(Buffer.concat(output).toString()) as WriteResult;
    expect(readJournal(journal).entries).toHaveLength(result.acknowledged);
});
