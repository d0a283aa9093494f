/** Commits one row at a time, again and again, and keeps a journal of what was acknowledged, through crashes and failovers. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client, DatabaseError, type QueryResult } from "pg";
import { UserError } from "../command-line/command";
import { type Database, abandon, explained } from "./database";
import { type Entry, Journal } from "./journal";
import { type Progress } from "../command-line/progress";
import { type Registry, schemaOf } from "./registries";

export interface WriteOptions {
    /** Commits a second, at most; what is missed in an outage is not made up for. */
    readonly rate: number;
    readonly seconds: number;
    /** Path of a file, which must not be there yet. */
    readonly journal: string;
    /** Ends the run early, after the commit under way. */
    readonly signal: AbortSignal;
    readonly progress: Progress;
}

export interface WriteResult {
    readonly run: string;
    readonly journal: string;
    readonly acknowledged: number;
    readonly unknown: number;
    readonly refused: number;
    readonly seconds: number;
    /** The longest time without an acknowledged commit, the start included. */
    readonly longestGapSeconds: number;
}

/** Longer than any healthy commit, shorter than a person's patience. */
const ANSWER_WITHIN_MS = 5000;
const RETRY_MS = 200;

/** @throws UserError where there is no connection at first, or no table to write to; later losses are waited out */
export async function write(database: Database, registry: Registry, options: WriteOptions): Promise<WriteResult> {
    const table = `${schemaOf(registry)}.write_probe`;
    const first = await database.connect({ answerWithin: ANSWER_WITHIN_MS });
    try {
        await requireTable(first, database, registry, table);
    } catch (error) {
        abandon(first);
        throw explained(error, database);
    }
    const run = randomUUID();
    const journal = Journal.create(options.journal, { run, registry, startedAt: new Date().toISOString() });
    try {
        const counts = await new Writer(database, table, run, journal, options).go(first);
        return { run, journal: journal.file, ...counts };
    } finally {
        options.progress.end();
        journal.close();
    }
}

async function requireTable(
    client: Client,
    { name, advice }: Database,
    registry: Registry,
    table: string,
): Promise<void> {
    const { rows } = await client.query<{ there: boolean; standby: boolean }>(
        "SELECT to_regclass($1) IS NOT NULL AS there, pg_is_in_recovery() AS standby",
        [table],
    );
    if (rows[0]?.standby) {
        throw new UserError(`${name} takes no writes. ${advice.standby}`);
    }
    if (!rows[0]?.there) {
        throw new UserError(
            `${name} has no table ${table}. Load the registry first: npm run data -- load --registry ${registry}`,
        );
    }
}

class Writer {
    private client: Client | undefined;
    private readonly counts = { acknowledged: 0, unknown: 0, refused: 0 };

    constructor(
        private readonly database: Database,
        private readonly table: string,
        private readonly run: string,
        private readonly journal: Journal,
        private readonly options: WriteOptions,
    ) {}

    async go(first: Client): Promise<Omit<WriteResult, "run" | "journal">> {
        const { rate, seconds, signal, progress } = this.options;
        const start = performance.now();
        const end = start + seconds * 1000;
        let lastAcknowledged = start;
        let longestGap = 0;
        let due = start;
        this.client = first;
        for (let sequence = 1; !signal.aborted && performance.now() < end;) {
            if (!(await this.reconnected())) {
                await this.pause(RETRY_MS);
                progress.update("no connection", `since ${secondsSince(lastAcknowledged)} s; still trying`);
                continue;
            }
            const entry = await this.commit(sequence++);
            this.journal.append(entry);
            this.counts[entry.outcome]++;
            if (entry.outcome === "acknowledged") {
                longestGap = Math.max(longestGap, performance.now() - lastAcknowledged);
                lastAcknowledged = performance.now();
            }
            const { acknowledged, unknown, refused } = this.counts;
            progress.update("writing", `${acknowledged} acknowledged, ${unknown} unknown, ${refused} refused`);
            due = Math.max(due + 1000 / rate, performance.now());
            await this.pause(Math.min(due, end) - performance.now());
        }
        this.disconnect();
        const took = performance.now() - start;
        longestGap = Math.max(longestGap, performance.now() - lastAcknowledged);
        return { ...this.counts, seconds: took / 1000, longestGapSeconds: longestGap / 1000 };
    }

    private async reconnected(): Promise<boolean> {
        try {
            this.client ??= await this.database.connect({ answerWithin: ANSWER_WITHIN_MS });
            return true;
        } catch {
            return false;
        }
    }

    private disconnect(): void {
        if (this.client) {
            abandon(this.client);
            this.client = undefined;
        }
    }

    private async commit(sequence: number): Promise<Entry> {
        const client = this.client as Client;
        const warnings: string[] = [];
        const onNotice = (notice: { message?: string | undefined }): void =>
            void warnings.push(notice.message ?? "a warning");
        client.on("notice", onNotice);
        try {
            // This is one round trip. The position is asked for after the commit, in a transaction of its own.
            const results = (await client.query(
                `BEGIN; INSERT INTO ${this.table} VALUES ('${this.run}', ${sequence}, clock_timestamp()); COMMIT; SELECT pg_current_wal_insert_lsn() AS lsn`,
            )) as unknown as QueryResult<{ lsn: string }>[];
            const at = new Date().toISOString();
            if (results[2]?.command !== "COMMIT") {
                return { outcome: "refused", sequence, at, reason: results[2]?.command ?? "no commit" };
            }
            // This says "committed locally, but might not have been replicated", which is no promise that a failover keeps.
            if (warnings.length > 0) {
                return { outcome: "unknown", sequence, at, reason: warnings.join("; ") };
            }
            return { outcome: "acknowledged", sequence, at, lsn: results[3]?.rows[0]?.lsn ?? "" };
        } catch (error) {
            // After an error this may no longer be the primary, and the driver may no longer be in step, so that it connects anew.
            this.disconnect();
            const outcome = isRefusal(error) ? "refused" : "unknown";
            return { outcome, sequence, at: new Date().toISOString(), reason: (error as Error).message };
        } finally {
            client.off("notice", onNotice);
        }
    }

    private async pause(milliseconds: number): Promise<void> {
        if (milliseconds > 0) {
            await sleep(milliseconds, undefined, { signal: this.options.signal }).catch(() => undefined);
        }
    }
}

/** Whether the server says that the transaction failed. A shutdown (57P…) does not count, because it can cut off a commit that is done. */
function isRefusal(error: unknown): boolean {
    return error instanceof DatabaseError && !/^(57P|08)/.test(error.code ?? "08");
}

function secondsSince(time: number): string {
    return ((performance.now() - time) / 1000).toFixed(0);
}
