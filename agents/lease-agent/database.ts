/** The heartbeat in the member's own Postgres. */
import type { Client } from "pg";
import { HEARTBEAT } from "../../infra/conventions/lease";
import type { Connection } from "./connection";
import type { Local } from "./lessee";

/** {@link HEARTBEAT} has one row: infra/registries/roles.ts makes it. */
const LOOK = `
    SELECT NOT pg_is_in_recovery() AS writing,
           pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery()
                           THEN greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())
                           ELSE pg_current_wal_lsn() END, '0/0')::float8 AS lsn,
           extract(epoch FROM heartbeat.at)::float8 * 1000 AS heartbeat,
           extract(epoch FROM clock_timestamp())::float8 * 1000 AS now,
           current_setting('synchronous_standby_names') LIKE 'ANY %' AS waits
      FROM ${HEARTBEAT.table}`;

/**
 * Commits a heartbeat where writes are taken, so that each instant has a commit soon after it, and reads what is there.
 * @throws Error of the driver where there is no answer
 */
export function beat(connection: Connection): Promise<Local> {
    return connection.use(async (client) => {
        const local = await look(client);
        if (local.writing) {
            await client.query(`UPDATE ${HEARTBEAT.table} SET at = clock_timestamp()`);
        }
        return local;
    });
}

async function look(client: Client): Promise<Local> {
    const { rows } = await client.query<Local>({ name: "beat", text: LOOK });
    const [local] = rows;
    if (local === undefined) {
        throw new Error(`the table ${HEARTBEAT.table} has no row: setup.sql makes it when the database is made`);
    }
    return local;
}
