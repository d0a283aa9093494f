/**
 * Ends in time what the edge's roles ask, whatever they have set. Anybody can change each of Postgres' limits of time for their own session
 * (https://www.postgresql.org/docs/17/runtime-config-client.html), so that the limit of a role is only a default, and this one is enforced.
 * It ends the connection, because a session that was told to stop could begin again.
 */
import { log } from "../agent";
import type { Connection } from "./connection";

/** Milliseconds between two looks. */
export const LOOK_MS = 1_000;
/** Milliseconds by which a statement may outlast its limit, so that Postgres itself tells a role which kept the limit that it took too long. */
const GRACE_MS = 1_000;

/** Counts from the earlier of the two: a transaction may hold many statements, and a statement many transactions. */
const END = `
    SELECT usename AS role, pg_terminate_backend(pid) AS gone FROM pg_stat_activity
     WHERE usename = ANY ($1) AND state <> 'idle'
       AND least(xact_start, query_start) < clock_timestamp() - make_interval(secs => $2)`;

export class Asking {
    /**
     * @param roles roles whose transactions and statements are limited
     * @param milliseconds limit of each
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
