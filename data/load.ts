/**
 * Loads a registry in one transaction: tables, rows, statistics, then keys, indexes and references. If it ends early, by a crash of this
 * process or of the server, what was there before stays.
 */
import type { Client } from "pg";
import { UserError } from "../command-line/command";
import { CATALOGUE } from "./catalogue";
import { copy } from "./copy";
import { type Database, abandon, explained } from "./database";
import type { Progress } from "../command-line/progress";
import { type Registry, schemaOf } from "./registries";
import { type DatasetOptions, answerScript, constraintsScript, publicationScript, schemaScript } from "./registry-data";
import { AS_OF, isoDate } from "./shared/calendar";

export interface LoadOptions extends DatasetOptions {
    /** Whether to drop what is there of the registry first, in the same transaction. */
    readonly replace: boolean;
    readonly progress: Progress;
}

export interface LoadResult {
    readonly registry: Registry;
    readonly people: number;
    readonly seed: number;
    /** False where exactly this data was there already, and nothing was done. */
    readonly loaded: boolean;
    /** Rows by table; empty where nothing was loaded. */
    readonly rows: Readonly<Record<string, number>>;
    /** Seconds of each step, and in all. */
    readonly seconds: { readonly rows: number; readonly constraints: number; readonly total: number };
}

interface Dataset {
    /** A bigint, which the driver gives as text. */
    readonly seed: string;
    readonly people: number;
    readonly generator: number;
}

/** Any number that never changes: the holder of the lock with this number is loading. */
const LOAD_LOCK = 7_306_001;

/** @throws UserError where other data is there and not to be replaced, or the database does not take the load */
export async function load(database: Database, registry: Registry, options: LoadOptions): Promise<LoadResult> {
    const client = await database.connect();
    try {
        return await transaction(client, database, registry, options);
    } catch (error) {
        // The server undoes a transaction whose connection is gone.
        abandon(client);
        throw explained(error, database);
    } finally {
        options.progress.end();
        await client.end();
    }
}

async function transaction(
    client: Client,
    database: Database,
    registry: Registry,
    options: LoadOptions,
): Promise<LoadResult> {
    const { people, seed, progress } = options;
    const { generator, tables } = CATALOGUE[registry];
    const schema = schemaOf(registry);
    const timer = stopwatch();
    await client.query("BEGIN");
    const result = { registry, people, seed } as const;
    if (await isLoaded(client, database, registry, options)) {
        await client.query("ROLLBACK");
        return { ...result, loaded: false, rows: {}, seconds: { rows: 0, constraints: 0, total: timer() } };
    }
    // These settings hold for the transaction alone: sorting for an index needs memory, and a long load does not hang.
    await client.query(
        "SET LOCAL maintenance_work_mem = '256MB'; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
    );
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.query(schemaScript(registry));
    const counts = await copyAll(client, registry, options);
    const copied = timer();
    progress.update("statistics");
    // Statistics come before the references, whose check is a join: that of the chains of 40 000 parcels took 212 s without them, and 1 s with them.
    await client.query(
        `ANALYZE ${Object.keys(tables)
            .map((table) => `${schema}.${table}`)
            .join(", ")}`,
    );
    progress.update("keys, indexes and references");
    await client.query(constraintsScript(registry));
    await client.query(answerScript(registry));
    await client.query(publicationScript(registry, CATALOGUE[registry]));
    const constrained = timer();
    await client.query(`INSERT INTO ${schema}.dataset (seed, people, generator, as_of) VALUES ($1, $2, $3, $4)`, [
        seed,
        people,
        generator,
        isoDate(AS_OF),
    ]);
    progress.update("commit");
    await client.query("COMMIT");
    const seconds = { rows: copied, constraints: constrained - copied, total: timer() };
    return { ...result, loaded: true, rows: counts, seconds };
}

/** True where exactly this data is there. @throws UserError where other data is there and has to stay */
async function isLoaded(
    client: Client,
    { name, advice }: Database,
    registry: Registry,
    options: LoadOptions,
): Promise<boolean> {
    const { generator } = CATALOGUE[registry];
    const schemaName = schemaOf(registry);
    const { rows: state } = await client.query<{ standby: boolean; free: boolean; schema: boolean; dataset: boolean }>(
        `SELECT pg_is_in_recovery() AS standby, pg_try_advisory_xact_lock($1) AS free,
                to_regnamespace('${schemaName}') IS NOT NULL AS schema, to_regclass('${schemaName}.dataset') IS NOT NULL AS dataset`,
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
        throw new UserError(`${name} has a schema ${schemaName} that was not made by a load. ${goOn}`);
    }
    const there = dataset
        ? (await client.query<Dataset>(`SELECT seed, people, generator FROM ${schemaName}.dataset`)).rows[0]
        : undefined;
    if (there === undefined) {
        return false;
    }
    if (Number(there.seed) === options.seed && there.people === options.people && there.generator === generator) {
        return true;
    }
    if (!options.replace) {
        throw new UserError(
            `${name} holds other data: ${describe(there)}; asked for were ${describe({ ...options, generator })}. ${goOn}`,
        );
    }
    return false;
}

function describe({ people, seed, generator }: { people: number; seed: number | string; generator: number }): string {
    return `${people} people of seed ${seed} (generator ${generator})`;
}

async function copyAll(client: Client, registry: Registry, options: LoadOptions): Promise<Record<string, number>> {
    const { tables, bytesPerPerson } = CATALOGUE[registry];
    const counts: Record<string, number> = {};
    let bytes = 0;
    for (const [name, table] of Object.entries(tables)) {
        const onBytes = (length: number): void => {
            bytes += length;
            const share = Math.min(99, Math.floor((100 * bytes) / (options.people * bytesPerPerson)));
            options.progress.update(`rows of ${name}`, `${share} %`);
        };
        counts[name] = await copy(client, `${schemaOf(registry)}.${name}`, table, options, onBytes);
    }
    return counts;
}

/** Each call gives the seconds since the watch was made. */
function stopwatch(): () => number {
    const start = performance.now();
    return () => (performance.now() - start) / 1000;
}
