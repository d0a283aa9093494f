/**
 * What the edge's roles ask ends in time, whatever they have set. Each limit of time that Postgres has is anybody's to set for their own
 * session (https://www.postgresql.org/docs/15/runtime-config-client.html), so the one that a role is given is a default only, and this one
 * holds. It ends the connection, as a session that was told to stop could begin again.
 */
import { log } from "../agent";
import type { Connection } from "./connection";

/** Milliseconds between two looks. */
export const LOOK_MS = 1_000;
/** For which a statement may outlast its limit, so that who has not lifted it is told by Postgres that it took too long. */
const GRACE_MS = 1_000;

/** The earlier of the two: a transaction may hold many statements, and a statement many transactions. */
const END = `
    SELECT usename AS role, pg_terminate_backend(pid) AS gone FROM pg_stat_activity
     WHERE usename = ANY ($1) AND state <> 'idle'
       AND least(xact_start, query_start) < clock_timestamp() - make_interval(secs => $2)`;

export class Asking {
    /**
     * @param roles whose transactions and statements are limited
     * @param milliseconds for each
     */
    constructor(
        private readonly connection: Connection,
        private readonly roles: readonly string[],
        private readonly milliseconds: number,
    ) {}

    /** @throws Error of the driver where there is no answer */
    async pass(): Promise<void> {
        const seconds = (this.milliseconds + GRACE_MS) / 1000;
        await this.connection.use(async (client) => {
            const query = { name: "asking", text: END, values: [this.roles, seconds] };
            const { rows } = await client.query<{ role: string; gone: boolean }>(query);
            for (const { role, gone } of rows) {
                log("ended a connection that asked for too long", { role, gone });
            }
        });
    }
}
