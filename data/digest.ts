/**
 * One digest for each table, which the database computes from its rows in any order. Equal contents have equal digests: on another server,
 * after a restore or a failover, and with any settings of the connection.
 *
 * The rows of a table are a multiset. Each row becomes its text, with the columns in order of name. The first 128 bits of the text's
 * SHA-256 are two integers, and each of them is summed over all rows. A sum has no order, but notices a row that is there twice, which
 * exclusive-or would not. The digest is taken of column names, number of rows and both sums. It finds accidents, with a chance of 2^-128 to
 * miss one; somebody who can choose rows freely could construct two tables of equal sums.
 *
 * It uses only built-in functions, all of them safe in parallel workers, so that it runs on a standby, and at the speed of all cores.
 */
import type { Client } from "pg";
import type { Database } from "./database";
import type { Registry } from "./registries";
import { type Table, readTables } from "./tables";

/** How values become text depends on these. GMT needs no time zone files. */
const CANONICAL: Readonly<Record<string, string>> = {
    DateStyle: "ISO, YMD",
    TimeZone: "GMT",
    IntervalStyle: "iso_8601",
    extra_float_digits: "1",
    bytea_output: "hex",
    lc_monetary: "C",
    search_path: "pg_catalog",
    // Otherwise rows that the role may not see would be left out silently.
    row_security: "off",
};

export interface TableContents {
    /** 32 hexadecimal digits; a table without rows has one as well. */
    readonly digest: string;
    readonly rows: number;
}

/** @returns 32 hexadecimal digits by table, all of one instant */
export async function digest(database: Database, registry: Registry): Promise<Record<string, string>> {
    const tables = Object.entries(await readTables(database, registry, tableContents));
    return Object.fromEntries(tables.map(([name, { digest: found }]) => [name, found]));
}

/** Contents by table, all of one instant; empty where the registry has no tables, as before its first rows. */
export function contents(database: Database, registry: Registry): Promise<Record<string, TableContents>> {
    return readTables(database, registry, tableContents, { mayBeEmpty: true });
}

async function tableContents(client: Client, from: string, { columns }: Table): Promise<TableContents> {
    for (const [name, value] of Object.entries(CANONICAL)) {
        await client.query("SELECT set_config($1, $2, true)", [name, value]);
    }
    const { rows } = await client.query<{ digest: string; rows: string }>(
        digestQuery(
            from,
            columns.map((column) => client.escapeIdentifier(column)),
            client.escapeLiteral(JSON.stringify(columns)),
        ),
    );
    const [found] = rows;
    return { digest: found?.digest as string, rows: Number(found?.rows) };
}

function digestQuery(from: string, columns: readonly string[], names: string): string {
    // A row's text tells null from empty and quotes what could be taken for a border between columns.
    const hash = `encode(sha256(convert_to(ROW(${columns.join(", ")})::text, 'UTF8')), 'hex')`;
    const half = (start: number): string => `('x' || substr(hash, ${start}, 16))::bit(64)::bigint`;
    // The outer join changes nothing, but has the hash computed once for both halves. A plain subquery would be merged into the sums and
    // computed in each, which takes more than twice as long.
    return `
        SELECT left(encode(sha256(convert_to(concat_ws(':', ${names}, count(*), sum(${half(1)}), sum(${half(17)})), 'UTF8')), 'hex'), 32) AS digest, count(*) AS rows
          FROM ${from} LEFT JOIN LATERAL (SELECT ${hash} AS hash) AS hashed ON true`;
}
