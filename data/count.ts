import type { Database } from "./database";
import type { Registry } from "./registries";
import { readTables } from "./tables";

/** @returns the number of rows by table, all of one instant */
export function count(database: Database, registry: Registry): Promise<Record<string, number>> {
    return readTables(database, registry, async (client, from) => {
        const { rows } = await client.query<{ rows: string }>(`SELECT count(*) AS rows FROM ${from}`);
        return Number(rows[0]?.rows);
    });
}
