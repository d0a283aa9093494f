/** Servers that follow a member other than the leader: a real primary, its standby, and one that follows the standby. */
import { Connection } from "../../agents/lease-agent/connection";
import { sendFollowersAway } from "../../agents/lease-agent/followers";
import { Postgres } from "../support/postgres";

const servers: Postgres[] = [];
beforeAll(async () => {
    jest.spyOn(process.stdout, "write").mockReturnValue(true);
    servers.push(await Postgres.start());
    servers.push(await at(0).standby({ cluster_name: "database-1" }));
    servers.push(await at(1).standby({ cluster_name: "elsewhere" }));
}, 300_000);
afterAll(async () => {
    jest.restoreAllMocks();
    for (const server of servers.reverse()) {
        await server.remove();
    }
});

function at(index: number): Postgres {
    return servers[index] as Postgres;
}

/** The process of the server's replication connection, once it streams. */
async function follower(index: number): Promise<unknown> {
    const { pid } = await at(index).until("SELECT pid FROM pg_stat_replication WHERE state = 'streaming'");
    return pid;
}

async function sendAway(index: number, ...members: string[]): Promise<void> {
    const { PGHOST, PGUSER } = at(index).environment();
    const connection = new Connection(PGHOST, PGUSER);
    await sendFollowersAway(connection, members);
    await connection.end();
}

it("is sent away from a standby, to connect anew", async () => {
    const before = await follower(1);
    await sendAway(1, "database-0", "database-1");
    await at(1).until(`SELECT WHERE NOT EXISTS (SELECT FROM pg_stat_replication WHERE pid = ${String(before)})`);
    expect(await follower(1)).not.toBe(before);
});

it("stays where it is a member of the same site, and with a primary", async () => {
    const [onStandby, onPrimary] = [await follower(1), await follower(0)];
    await sendAway(1, "elsewhere");
    await sendAway(0, "database-0");
    expect([await follower(1), await follower(0)]).toEqual([onStandby, onPrimary]);
});
