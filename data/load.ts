/**
 * Loads a register in one transaction: tables, rows, then keys, indexes and references, then statistics. Whatever ends it
 * early, a crash of this process or of the server, leaves what was there before.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { UserError } from "../toolchain/command";
import { type Database, abandon, explained } from "./database";
import { AS_OF, isoDate } from "./population/calendar";
import { GENERATOR, type PopulationOptions, TABLES, TABLE_NAMES, type TableName, rows } from "./population/generate";
import type { Progress } from "./progress";

export interface LoadOptions extends PopulationOptions {
    /** Drops what is there of the registry first, in the same transaction. */
    readonly replace: boolean;
    readonly progress: Progress;
}

export interface LoadResult {
    readonly registry: "population";
    readonly people: number;
    readonly seed: number;
    /** False where this very data was there already, and nothing was done. */
    readonly loaded: boolean;
    /** Rows by table; empty where nothing was loaded. */
    readonly rows: Readonly<Record<string, number>>;
    /** Seconds of each step, and in all. */
    readonly seconds: { readonly rows: number; readonly constraints: number; readonly total: number };
}

interface Dataset {
    /** bigint, which the driver gives as text. */
    readonly seed: string;
    readonly people: number;
    readonly generator: number;
}

const REGISTRY = "population";
/** Any number that is always the same: whoever holds the lock of this number is loading. */
const LOAD_LOCK = 7_306_001;
/** What the rows of one person come to, in all tables: only for the share that progress shows. */
const BYTES_PER_PERSON = 277;

/** @throws UserError where other data is there and not to be replaced, or the database does not take the load */
export async function load(database: Database, options: LoadOptions): Promise<LoadResult> {
    const client = await database.connect();
    try {
        return await transaction(client, database, options);
    } catch (error) {
        // The server undoes a transaction whose connection is gone.
        abandon(client);
        throw explained(error, database);
    } finally {
        options.progress.end();
        await client.end();
    }
}

async function transaction(client: Client, database: Database, options: LoadOptions): Promise<LoadResult> {
    const { people, seed, progress } = options;
    const timer = stopwatch();
    await client.query("BEGIN");
    const result = { registry: REGISTRY, people, seed } as const;
    if (await isLoaded(client, database, options)) {
        await client.query("ROLLBACK");
        return { ...result, loaded: false, rows: {}, seconds: { rows: 0, constraints: 0, total: timer() } };
    }
    // For this transaction alone. Sorting for an index wants memory; a long load is none that hangs.
    await client.query(
        "SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
    );
    await client.query(`DROP SCHEMA IF EXISTS ${REGISTRY} CASCADE`);
    await client.query(script("schema.sql"));
    const counts = await copyAll(client, options);
    const copied = timer();
    progress.update("keys, indexes and references");
    await client.query(script("constraints.sql"));
    const constrained = timer();
    await client.query(`INSERT INTO ${REGISTRY}.dataset (seed, people, generator, as_of) VALUES ($1, $2, $3, $4)`, [
        seed,
        people,
        GENERATOR,
        isoDate(AS_OF),
    ]);
    progress.update("statistics");
    await client.query(`ANALYZE ${TABLE_NAMES.map((table) => `${REGISTRY}.${table}`).join(", ")}`);
    progress.update("commit");
    await client.query("COMMIT");
    const seconds = { rows: copied, constraints: constrained - copied, total: timer() };
    return { ...result, loaded: true, rows: counts, seconds };
}

/** True if this very data is there. @throws UserError if other data is, and is to stay */
async function isLoaded(client: Client, { name, advice }: Database, options: LoadOptions): Promise<boolean> {
    const { rows: state } = await client.query<{ standby: boolean; free: boolean; schema: boolean; dataset: boolean }>(
        `SELECT pg_is_in_recovery() AS standby, pg_try_advisory_xact_lock($1) AS free,
                to_regnamespace('${REGISTRY}') IS NOT NULL AS schema, to_regclass('${REGISTRY}.dataset') IS NOT NULL AS dataset`,
        [LOAD_LOCK],
    );
    const { standby, free, schema, dataset } = state[0] as (typeof state)[0];
    if (standby) {
        throw new UserError(`${name} takes no writes. ${advice.standby}`);
    }
    if (!free) {
        throw new UserError(`${name}: another load is under way. Wait for it, or end it, and run the command again.`);
    }
    const goOn = "Add --replace to delete it and load anew, or choose another database.";
    if (schema && !dataset) {
        if (options.replace) {
            return false;
        }
        throw new UserError(`${name} has a schema ${REGISTRY} that was not made by a load. ${goOn}`);
    }
    const there = dataset
        ? (await client.query<Dataset>(`SELECT seed, people, generator FROM ${REGISTRY}.dataset`)).rows[0]
        : undefined;
    if (there === undefined) {
        return false;
    }
    if (Number(there.seed) === options.seed && there.people === options.people && there.generator === GENERATOR) {
        return true;
    }
    if (!options.replace) {
        throw new UserError(
            `${name} holds other data: ${describe(there)}; asked for were ${describe({ ...options, generator: GENERATOR })}. ${goOn}`,
        );
    }
    return false;
}

function describe({ people, seed, generator }: { people: number; seed: number | string; generator: number }): string {
    return `${people} people of seed ${seed} (generator ${generator})`;
}

async function copyAll(client: Client, options: LoadOptions): Promise<Record<string, number>> {
    const counts: Record<string, number> = {};
    let bytes = 0;
    for (const table of TABLE_NAMES) {
        const onBytes = (length: number): void => {
            bytes += length;
            const share = Math.min(99, Math.floor((100 * bytes) / (options.people * BYTES_PER_PERSON)));
            options.progress.update(`rows of ${table}`, `${share} %`);
        };
        counts[table] = await copy(client, table, options, onBytes);
    }
    return counts;
}

/** @returns the number of rows */
async function copy(
    client: Client,
    table: TableName,
    options: PopulationOptions,
    onBytes: (length: number) => void,
): Promise<number> {
    // Frozen rows need no second writing by vacuum; nobody else sees the table before the commit.
    const sink = client.query(copyFrom(`COPY ${REGISTRY}.${table} (${TABLES[table]}) FROM STDIN (FREEZE)`));
    function* counted(): Generator<Buffer, void, undefined> {
        for (const chunk of rows(table, options)) {
            onBytes(chunk.length);
            yield chunk;
        }
    }
    await pipeline(Readable.from(counted(), { objectMode: true, highWaterMark: 4 }), sink);
    return sink.rowCount;
}

/** The SQL of a step: `schema.sql` or `constraints.sql`. */
export function script(name: string): string {
    return readFileSync(join(__dirname, "population", name), "utf8");
}

/** Each call gives the seconds since the watch was made. */
function stopwatch(): () => number {
    const start = performance.now();
    return () => (performance.now() - start) / 1000;
}
