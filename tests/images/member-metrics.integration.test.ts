/** What a member tells of the WAL that it keeps for one who is away is what can be written until that one is given up: images/postgres/metrics.py. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../command-line/paths";
import { Postgres } from "../support/postgres";

jest.setTimeout(120_000);

const [, SAMPLES = ""] =
    /SAMPLES = """([^"]+)"""/.exec(readFileSync(join(repoRoot, "images/postgres/metrics.py"), "utf8")) ?? [];

let primary: Postgres;
beforeAll(async () => {
    primary = await Postgres.start({ max_slot_wal_keep_size: "320MB", max_wal_size: "32MB", min_wal_size: "32MB" });
    await primary.query("SELECT pg_create_physical_replication_slot('away', true)");
    await primary.query("CREATE TABLE written AS SELECT 0 AS minute");
});
afterAll(() => primary.remove());

/** Writes one segment, as a minute of a registry at rest does. */
async function minute(): Promise<void> {
    await primary.query("UPDATE written SET minute = minute + 1");
    await primary.query("SELECT pg_switch_wal()");
    await primary.query("CHECKPOINT");
}

async function sample(metric: string): Promise<number | undefined> {
    const [row] = await primary.query(
        `SELECT value::float8 FROM (${SAMPLES}) AS s (metric, slot, value) WHERE metric = '${metric}'`,
    );
    return row?.["value"] as number | undefined;
}

const position = async (): Promise<number> => (await sample("embassy_wal_position_bytes")) as number;

it("tells what is left right to a fifth, at a steady rate, while most of it is left", async () => {
    const begin = await position();
    await minute();
    await minute();
    const rate = ((await position()) - begin) / 2;
    const told = ((await sample("embassy_slot_left_bytes")) as number) / rate;
    let minutes = 0;
    while ((await sample("embassy_slot_left_bytes")) !== undefined) {
        await minute();
        minutes++;
    }
    expect(minutes).toBeGreaterThan(10);
    expect(Math.abs(told - minutes)).toBeLessThanOrEqual(minutes / 5);
    expect(await primary.query("SELECT wal_status FROM pg_replication_slots")).toEqual([{ wal_status: "lost" }]);
});

it("counts data and WAL that nobody follows", async () => {
    expect(await sample("embassy_slot_active")).toBe(0);
    const used = (await sample("embassy_disk_used_bytes")) as number;
    await primary.query("CREATE TABLE more AS SELECT repeat('x', 1000) AS text FROM generate_series(1, 20000)");
    expect(((await sample("embassy_disk_used_bytes")) as number) - used).toBeGreaterThan(20_000_000);
});
