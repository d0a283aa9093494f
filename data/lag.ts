/** How far a standby is behind its primary, by positions in the write-ahead log, so that an idle primary does not make a standby look late. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Client } from "pg";
import { stackConfig } from "../toolchain/cli/stack-config";
import { UserError } from "../command-line/command";
import { type Database, abandon, explained } from "./database";
import type { Registry } from "./registries";
import { inSite } from "./site";

export interface Lag {
    /** Bytes of WAL that the standby still had to replay at the start. */
    readonly bytes: number;
    /** Seconds until it had; 0 where it already had, and the whole time of waiting where it never had. */
    readonly seconds: number;
    readonly caughtUp: boolean;
}

const POLL_MS = 20;

/**
 * The lag of a standby site.
 *
 * @param seconds for which to wait for it, and before that for a primary that does not write yet
 * @throws UserError where the site is no standby, or one of the pair cannot be reached
 */
export function siteLag(registry: Registry, site: string, seconds: number): Promise<Lag> {
    const { site: itself } = stackConfig(site);
    if (itself.role !== "standby") {
        throw new UserError(`The site ${site} is ${itself.role}, and follows nobody: name a standby with --site.`);
    }
    return lag(inSite(registry, itself.partner, process.env), inSite(registry, site, process.env), seconds);
}

/** The lag of `standby`, which is waited for as long as `seconds`. @throws UserError where one of them cannot be asked */
export async function lag(primary: Database, standby: Database, seconds: number): Promise<Lag> {
    const source = await primary.connect();
    const follower = await standby.connect().catch((error: unknown) => {
        abandon(source);
        throw error;
    });
    try {
        const goal = await written(source, primary, seconds);
        const start = performance.now();
        const bytes = await missing(follower, standby, goal);
        for (let left = bytes; left > 0; left = await missing(follower, standby, goal)) {
            if (performance.now() - start > seconds * 1000) {
                return { bytes, seconds, caughtUp: false };
            }
            await sleep(POLL_MS);
        }
        return { bytes, seconds: bytes === 0 ? 0 : (performance.now() - start) / 1000, caughtUp: true };
    } finally {
        [source, follower].forEach(abandon);
    }
}

/** Where the primary's log ends. A primary that was just started follows nobody, and does not write until the other site lets it. */
async function written(client: Client, database: Database, seconds: number): Promise<string> {
    const start = performance.now();
    try {
        for (;;) {
            const { rows } = await client.query<{ lsn: string | null }>(
                "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END AS lsn",
            );
            const lsn = rows[0]?.lsn ?? undefined;
            if (lsn !== undefined) {
                return lsn;
            }
            if (performance.now() - start > seconds * 1000) {
                throw new UserError(`${database.name} takes no writes. ${database.advice.standby}`);
            }
            await sleep(POLL_MS);
        }
    } catch (error) {
        throw explained(error, database);
    }
}

/** Bytes up to `goal` that the standby has not replayed. */
async function missing(client: Client, database: Database, goal: string): Promise<number> {
    try {
        const { rows } = await client.query<{ standby: boolean; bytes: string | null }>(
            `SELECT pg_is_in_recovery() AS standby,
                    greatest(0, pg_wal_lsn_diff($1, pg_last_wal_replay_lsn())) AS bytes`,
            [goal],
        );
        if (!rows[0]?.standby) {
            throw new UserError(`${database.name} is no standby: it follows nobody, so it has no lag.`);
        }
        return Number(rows[0].bytes);
    } catch (error) {
        throw explained(error, database);
    }
}
