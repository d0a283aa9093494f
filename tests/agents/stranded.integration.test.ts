/** A standby that was away while WAL was written, and a primary with limited slots, on real servers. */
import { Connection } from "../../agents/lease-agent/connection";
import type { MemberStatus } from "../../agents/lease-agent/patroni";
import { Stranded } from "../../agents/lease-agent/stranded";
import { HEARTBEAT } from "../../infra/conventions/lease";
import { LEASE_AGENT_ROLE, LOST_SLOTS } from "../../infra/registries/roles";
import { Postgres } from "../support/postgres";

jest.setTimeout(300_000);

const MIB = 1024 * 1024;
const SEGMENT = 16 * MIB;
/** Limits of the WAL that a slot may hold, and that Postgres keeps by itself. */
const LIMITS = { max_slot_wal_keep_size: "48MB", max_wal_size: "32MB", min_wal_size: "32MB", wal_keep_size: "0" };
/** How Patroni makes a slot that is not there, as it does in each of its loops. */
const SLOT = `SELECT pg_create_physical_replication_slot('away', true)
              WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = 'away')`;
const FOLLOWING = { primary_slot_name: "away", cluster_name: "away" };

let primary: Postgres;
let standby: Postgres;
beforeAll(async () => {
    jest.spyOn(process.stdout, "write").mockReturnValue(true);
    primary = await Postgres.start(LIMITS);
    await primary.query(`CREATE ROLE ${LEASE_AGENT_ROLE}; CREATE SCHEMA ${HEARTBEAT.schema}; ${LOST_SLOTS.join("\n")}`);
    await primary.query(SLOT);
    await primary.query("CREATE TABLE written AS SELECT 0 AS minute");
    standby = await primary.standby(FOLLOWING);
    await follows();
});
afterAll(async () => {
    jest.restoreAllMocks();
    await standby.remove();
    await primary.remove();
});

function follows(): Promise<unknown> {
    return primary.until("SELECT FROM pg_stat_replication WHERE state = 'streaming' AND application_name = 'away'");
}

/** What receives WAL ends some time after its server, and takes what is written until then. */
async function killStandby(): Promise<void> {
    await standby.kill();
    await primary.until("SELECT FROM pg_replication_slots WHERE NOT active");
}

/** Writes one segment for each minute, as archive_timeout causes in a registry at rest. */
async function minutes(count: number): Promise<void> {
    for (let minute = 1; minute <= count; minute++) {
        await primary.query("UPDATE written SET minute = minute + 1");
        await primary.query("SELECT pg_switch_wal()");
        await primary.query("CHECKPOINT");
    }
}

async function held(): Promise<number> {
    const [{ bytes } = {}] = await primary.query("SELECT sum(size)::float8 AS bytes FROM pg_ls_waldir()");
    return bytes as number;
}

/** The standby's status as Patroni reports it. */
async function status(): Promise<MemberStatus> {
    const [xlog = {}] = await standby.query(
        `SELECT coalesce(pg_wal_lsn_diff(pg_last_wal_receive_lsn(), '0/0'), 0)::float8 AS received_location,
                pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::float8 AS replayed_location`,
    );
    return { state: "running", role: "replica", xlog };
}

/** The members that are rebuilt after this many looks of the leader. */
async function renewed(looks: number, leads = true): Promise<string[]> {
    const { PGHOST, PGUSER } = primary.environment();
    const connection = new Connection(PGHOST, PGUSER);
    const members: string[] = [];
    const renew = (member: string): Promise<void> => Promise.resolve(void members.push(member));
    const stranded = new Stranded(connection, ["away"], status, renew);
    for (let look = 0; look < looks; look++) {
        await stranded.pass(leads);
    }
    await connection.end();
    return members;
}

it("holds WAL until it is back, and follows without a copy, as long as that fits", async () => {
    await killStandby();
    await minutes(2);
    await standby.resume();
    expect(await renewed(2)).toEqual([]);
    await follows();
    expect(await renewed(2)).toEqual([]);
});

it("holds no more than the limit, is made anew where it can follow no more, and follows by a slot that holds WAL again", async () => {
    await killStandby();
    await minutes(20);
    expect(await held()).toBeLessThanOrEqual(3 * SEGMENT + 32 * MIB + SEGMENT);
    await primary.until("SELECT FROM pg_replication_slots WHERE wal_status = 'lost'");
    expect(await renewed(1)).toEqual([]);
    expect(await primary.query("SELECT FROM pg_replication_slots")).toEqual([]);
    await primary.query(SLOT);
    await standby.resume();
    // One look may be misleading, for example while the standby replays what it has. A member that does not lead does nothing.
    expect(await renewed(1)).toEqual([]);
    expect(await renewed(3, false)).toEqual([]);
    expect(await renewed(2)).toEqual(["away"]);

    await standby.remove();
    // A stranded standby may have said where it is, which takes its slot back to WAL that is gone: that slot was dropped, too.
    await primary.query(SLOT);
    standby = await primary.standby(FOLLOWING);
    await follows();
    expect(await renewed(2)).toEqual([]);
    const [slot] = await primary.query("SELECT active, wal_status FROM pg_replication_slots");
    expect(slot).toMatchObject({ active: true, wal_status: "reserved" });
});
