/** The edge's roles on a real server, as setup.sql creates them, and what they can do with their own rights. */
import { Client } from "pg";
import { Asking } from "../../agents/lease-agent/asking";
import { Connection } from "../../agents/lease-agent/connection";
import { planDatabase } from "../../infra/registries/plan-database";
import { ASKING, EDGE_API_ROLE, LEASE_AGENT_ROLE } from "../../infra/registries/roles";
import { parseConfig } from "../../infra/site/config";
import { Postgres } from "../support/postgres";
import { setUp } from "../support/setup";
import { stackValues } from "../support/stacks";

const MILLISECONDS = 500;
const plan = planDatabase("land", "registry-land", parseConfig("tallinn", stackValues("tallinn")));

let server: Postgres;
let agent: Connection;
let asking: Asking;
beforeAll(async () => {
    jest.spyOn(process.stdout, "write").mockReturnValue(true);
    server = await Postgres.start();
    // The script runs twice, because each new leader runs it again.
    await setUp(server, plan);
    await setUp(server, plan);
    agent = new Connection(server.environment().PGHOST, LEASE_AGENT_ROLE);
    asking = new Asking(agent, [EDGE_API_ROLE], MILLISECONDS);
}, 300_000);
afterAll(async () => {
    jest.restoreAllMocks();
    await agent.end();
    await server.remove();
});

async function reader(): Promise<Client> {
    const { PGHOST, PGPORT } = server.environment();
    const client = new Client({ host: PGHOST, port: Number(PGPORT), user: EDGE_API_ROLE, database: plan.database });
    client.on("error", () => undefined);
    await client.connect();
    return client;
}

/** How an attempt of the edge's role ends while the lease agent watches. */
async function ends(attempt: (client: Client) => Promise<unknown>): Promise<unknown> {
    const client = await reader();
    const outcome = attempt(client).then(
        () => "done",
        (error: unknown) => (error as Error).message,
    );
    await lookUntil(outcome);
    await client.end();
    return outcome;
}

/** Lets the lease agent watch until something is over. */
async function lookUntil(over: Promise<unknown>): Promise<void> {
    const isOver = over.then(() => true);
    while (!(await Promise.race([isOver, asking.pass().then(() => false)]))) {
        // The next pass begins as soon as the last one has ended.
    }
}

const ENDED = /terminating connection due to administrator command|Connection terminated|is not queryable/;

it("has a limit of time that Postgres itself tells of", async () => {
    const client = await reader();
    const { rows } = await client.query<{ statement_timeout: string }>("SHOW statement_timeout");
    await client.end();
    expect(rows).toEqual([{ statement_timeout: `${ASKING.milliseconds / 1000}s` }]);
});

describe("a role that has lifted its own limit", () => {
    const lifted = (sql: string) => async (client: Client) => {
        await client.query("SET statement_timeout = 0");
        await client.query(sql);
    };

    it.each([
        ["one statement", lifted("SELECT pg_sleep(3600)")],
        [
            "one that begins transaction after transaction",
            lifted("DO 'BEGIN LOOP PERFORM pg_sleep(0.05); COMMIT; END LOOP; END'"),
        ],
        [
            "one transaction with statement after statement",
            async (client: Client) => {
                for (await client.query("BEGIN"); ;) {
                    await client.query("SELECT pg_sleep(0.05)");
                }
            },
        ],
        [
            "a transaction in which nothing is asked any more",
            async (client: Client) => {
                await client.query("BEGIN");
                await new Promise((resolve) => client.once("end", resolve));
                await client.query("COMMIT");
            },
        ],
    ])("is ended all the same: %s", async (_, attempt) => {
        expect(await ends(attempt)).toMatch(ENDED);
    });
});

it("leaves alone what ends in time, also on a connection that stays open, and everybody else", async () => {
    const other = server.query(`SELECT pg_sleep(${(3 * MILLISECONDS + 1000) / 1000}), 'done' AS said`);
    const client = await reader();
    await client.query("SELECT pg_sleep(0.1)");
    await lookUntil(other);
    expect(await other).toMatchObject([{ said: "done" }]);
    expect((await client.query("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    await client.end();
}, 30_000);

describe("a role that has made itself one that writes", () => {
    it.each([
        ["CREATE TEMP TABLE much AS SELECT 1", "permission denied to create temporary tables in database"],
        ["SELECT lo_create(0)", "permission denied for function lo_create"],
        ["SELECT lo_from_bytea(0, '\\x00')", "permission denied for function lo_from_bytea"],
        ["SELECT lo_creat(-1)", "permission denied for function lo_creat"],
        ["SET temp_file_limit = -1", 'permission denied to set parameter "temp_file_limit"'],
        ["CREATE TABLE much (one int)", "permission denied for schema public"],
    ])("fills no disk by %s", async (sql, message) => {
        const client = await reader();
        await client.query("SET default_transaction_read_only = off");
        await expect(client.query(sql)).rejects.toThrow(message);
        await client.end();
    });
});
