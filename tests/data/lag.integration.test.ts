import { fromEnvironment } from "../../data/environment";
import { lag } from "../../data/lag";
import { Postgres } from "../support/postgres";

let primary: Postgres;
let standby: Postgres;
beforeAll(async () => {
    primary = await Postgres.start();
    standby = await primary.standby();
}, 300_000);
afterAll(async () => {
    await standby.remove();
    await primary.remove();
});

function measured(seconds: number): ReturnType<typeof lag> {
    return lag(fromEnvironment(primary.environment()), fromEnvironment(standby.environment()), seconds);
}

async function writeSome(): Promise<void> {
    await primary.query("CREATE TABLE IF NOT EXISTS written AS SELECT generate_series(1, 10000)");
    await primary.query("INSERT INTO written SELECT generate_series(1, 10000)");
}

it("is none on a standby that has everything, however long nothing was written", async () => {
    await measured(30);
    expect(await measured(30)).toEqual({ bytes: 0, seconds: 0, caughtUp: true });
});

it("is what a standby has still to replay, and the time until it has", async () => {
    await standby.query("SELECT pg_wal_replay_pause()");
    await writeSome();
    const behind = await measured(0.2);
    expect(behind).toMatchObject({ seconds: 0.2, caughtUp: false });
    expect(behind.bytes).toBeGreaterThan(100_000);

    const caughtUp = measured(30);
    await standby.query("SELECT pg_wal_replay_resume()");
    expect(await caughtUp).toMatchObject({ caughtUp: true });
    expect(await standby.query("SELECT count(*)::int AS rows FROM written")).toEqual([{ rows: 20_000 }]);
});

it("is asked of a standby, and of no primary", async () => {
    const database = fromEnvironment(primary.environment());
    await expect(lag(database, database, 1)).rejects.toThrow("is no standby: it follows nobody");
});

it("is asked of a primary once that writes, for which it is waited no longer than for the standby", async () => {
    const database = fromEnvironment(standby.environment());
    await expect(lag(database, database, 0.2)).rejects.toThrow("takes no writes");
});
