/**
 * Limits what an asynchronous primary may have acknowledged without the other site having it: where the other site is late, Postgres is
 * told to wait for it until it has caught up. docs/decisions/one-primary.md.
 */
import { log } from "../agent";
import type { Connection } from "./connection";
import { Lag } from "./lag";

/** Milliseconds between two looks at how far the other site is. */
export const LOOK_MS = 250;
/** Milliseconds. Together with {@link LOOK_MS} and what Postgres takes to reload, they stay within the second that is promised. */
const WAIT_AFTER_MS = 300;

interface Followed {
    readonly writing: boolean;
    readonly written: number;
    /** Null while the other site does not follow. */
    readonly received: number | null;
    readonly waitsFor: string;
}

/** Whether Postgres takes writes, how far it has come, and which servers its commits wait for. Patroni chooses among this site's own members. */
const LOOK = `
    SELECT NOT pg_is_in_recovery() AS writing,
           CASE WHEN pg_is_in_recovery() THEN 0
                ELSE pg_wal_lsn_diff(pg_current_wal_flush_lsn(), '0/0') END::float8 AS written,
           (SELECT max(pg_wal_lsn_diff(flush_lsn, '0/0')) FROM pg_stat_replication
             WHERE application_name <> ALL ($1))::float8 AS received,
           current_setting('synchronous_standby_names') AS "waitsFor"`;

export class Bound {
    private lag = new Lag();
    /** True where nobody is waited for, because nothing has been limited since the last look. */
    private isIdle = false;
    /** All other members of this site, and one of the other site. */
    private readonly everybody: string;

    /**
     * @param members of this site, as they call themselves to their primary
     * @param now milliseconds of a clock that is never set back
     */
    constructor(
        private readonly connection: Connection,
        private readonly members: readonly string[],
        private readonly now: () => number,
    ) {
        this.everybody = `FIRST ${members.length} (*)`;
    }

    /**
     * @param isBound whether what the other site lacks is limited; where it is not, nobody is waited for
     * @throws Error of the driver where there is no answer
     */
    async pass(isBound: boolean): Promise<void> {
        if (!this.isIdle || isBound) {
            await this.look(isBound);
        }
    }

    private async look(isBound: boolean): Promise<void> {
        await this.connection.use(async (client) => {
            const { rows } = await client.query<Followed>({ name: "look", text: LOOK, values: [this.members] });
            const { writing, written, received, waitsFor } = rows[0] as Followed;
            const isWaiting = waitsFor === this.everybody;
            const isLimited = writing && isBound;
            if (!isLimited) {
                this.lag = new Lag();
            }
            const behind = isLimited ? this.lag.behind(this.now(), written, received ?? 0) : 0;
            const waits = behind > (isWaiting ? 0 : WAIT_AFTER_MS);
            this.isIdle = !isBound && !isWaiting;
            if (waits === isWaiting) {
                return;
            }
            // This overrides what Patroni has set, which takes effect again with the reset.
            await client.query(
                waits
                    ? `ALTER SYSTEM SET synchronous_standby_names = '${this.everybody}'`
                    : "ALTER SYSTEM RESET synchronous_standby_names",
            );
            await client.query("SELECT pg_reload_conf()");
            log(waits ? "waits for the other site" : "waits for the other site no more", {
                behind: Math.round(behind),
            });
        });
    }
}
