/** The member's own Postgres, over its socket, where this program is let in by the user that it runs as. */
import { Client } from "pg";
import type { Local } from "./lessee";

const ANSWER_MS = 2_000;

/** `embassy.heartbeat` has one row: infra/plan/patroni.ts makes it. */
const LOOK = `
    SELECT NOT pg_is_in_recovery() AS writing,
           pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()
                           THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                           ELSE pg_current_wal_lsn() END, '0/0')::float8 AS lsn,
           extract(epoch FROM heartbeat.at)::float8 * 1000 AS heartbeat,
           extract(epoch FROM clock_timestamp())::float8 * 1000 AS now,
           current_setting('synchronous_standby_names') LIKE 'ANY %' AS waits
      FROM embassy.heartbeat`;

export class Database {
    private client: Client | undefined;

    constructor(
        private readonly socket: string,
        private readonly user: string,
    ) {}

    /**
     * Commits a heartbeat where writes are taken, so that each instant has a commit soon after it, and looks at what is there.
     * @throws Error of the driver where there is no answer; the next call connects anew
     */
    async beat(): Promise<Local> {
        try {
            const client = (this.client ??= await this.connect());
            const local = await look(client);
            if (local.writing) {
                await client.query("UPDATE embassy.heartbeat SET at = clock_timestamp()");
            }
            return local;
        } catch (error) {
            await this.close();
            throw error;
        }
    }

    private async connect(): Promise<Client> {
        const client = new Client({
            host: this.socket,
            user: this.user,
            database: "postgres",
            application_name: this.user,
            connectionTimeoutMillis: ANSWER_MS,
            query_timeout: ANSWER_MS,
        });
        // What a lost connection means is seen at the next query.
        client.on("error", () => undefined);
        await client.connect();
        // That this site has it is enough: whether the other one has it too is what is to be seen.
        await client.query("SET synchronous_commit = local");
        return client;
    }

    private async close(): Promise<void> {
        const { client } = this;
        this.client = undefined;
        await client?.end().catch(() => undefined);
    }
}

async function look(client: Client): Promise<Local> {
    const { rows } = await client.query<Local>(LOOK);
    const [local] = rows;
    if (local === undefined) {
        throw new Error("the table embassy.heartbeat has no row: setup.sql makes it when the database is made");
    }
    return local;
}
