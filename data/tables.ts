/** The tables of a registry, seen at one instant. */
import type { Client } from "pg";
import { UserError } from "../command-line/command";
import { type Database, explained } from "./database";
import { type Registry, schemaOf } from "./registries";

export interface Table {
    readonly name: string;
    /** In order of name, because the order on the disk depends on history. */
    readonly columns: readonly string[];
}

/** A registry as it was at one instant: later commits are not seen. It works on a standby. */
export interface Snapshot {
    readonly client: Client;
    readonly tables: readonly Table[];
    readonly end: () => Promise<void>;
}

export interface SnapshotOptions {
    /** Whether the registry may have no tables, because nothing has been written yet. */
    readonly mayBeEmpty?: boolean;
}

/** @throws UserError where the registry has no tables in this database, and may not be empty */
export async function openSnapshot(
    database: Database,
    registry: Registry,
    { mayBeEmpty = false }: SnapshotOptions = {},
): Promise<Snapshot> {
    const client = await database.connect();
    try {
        await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
        const tables = await list(client, schemaOf(registry));
        if (tables.length === 0 && !mayBeEmpty) {
            throw new UserError(
                `${database.name} holds nothing of the registry ${registry}. Load it: npm run data -- load --registry ${registry}`,
            );
        }
        return { client, tables, end: () => client.end() };
    } catch (error) {
        await client.end();
        throw explained(error, database);
    }
}

/** Calls `read` for each table, by name, in one snapshot. @throws UserError as {@link openSnapshot} */
export async function readTables<T>(
    database: Database,
    registry: Registry,
    read: (client: Client, from: string, table: Table) => Promise<T>,
    options: SnapshotOptions = {},
): Promise<Record<string, T>> {
    const { client, tables, end } = await openSnapshot(database, registry, options);
    try {
        const found: Record<string, T> = {};
        for (const table of tables) {
            const from = `${client.escapeIdentifier(schemaOf(registry))}.${client.escapeIdentifier(table.name)}`;
            found[table.name] = await read(client, from, table);
        }
        return found;
    } catch (error) {
        throw explained(error, database);
    } finally {
        await end();
    }
}

/** Whether nothing of the registry is in this database yet. @throws UserError where it cannot be asked */
export async function isEmpty(database: Database, registry: Registry): Promise<boolean> {
    const client = await database.connect();
    try {
        return (await list(client, schemaOf(registry))).length === 0;
    } finally {
        await client.end();
    }
}

async function list(client: Client, schema: string): Promise<Table[]> {
    const { rows } = await client.query<Table>(
        // Partitions are left out, because their rows are their parents'.
        `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attname::text COLLATE "C") AS columns
           FROM pg_class c
           JOIN pg_namespace n ON n.oid = c.relnamespace
           JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          GROUP BY c.relname
          ORDER BY c.relname COLLATE "C"`,
        [schema],
    );
    return rows;
}
