/** Generated rows, read back. */
import { createHash } from "node:crypto";
import { type PopulationOptions, type TableName, TABLES, rows } from "../../data/population/generate";

export type Row = Readonly<Record<string, string | undefined>>;

export function read(table: TableName, options: PopulationOptions): Row[] {
    const columns = TABLES[table].split(", ");
    const text = Buffer.concat([...rows(table, options)]).toString();
    return text
        .split("\n")
        .slice(0, -1)
        .map((line) => {
            const values = line.split("\t");
            if (values.length !== columns.length) {
                throw new Error(`${table} has ${columns.length} columns, not ${values.length}: ${line}`);
            }
            return Object.fromEntries(columns.map((name, i) => [name, values[i] === "\\N" ? undefined : values[i]]));
        });
}

export function bytes(table: TableName, options: PopulationOptions): string {
    const hash = createHash("sha256");
    for (const chunk of rows(table, options)) {
        hash.update(chunk);
    }
    return hash.digest("hex");
}

/** The rows by their value in a column, each group in the rows' order. */
export function group(rows: readonly Row[], column: string): Map<string | undefined, Row[]> {
    const groups = new Map<string | undefined, Row[]>();
    for (const row of rows) {
        const key = row[column];
        const same = groups.get(key);
        if (same) {
            same.push(row);
        } else {
            groups.set(key, [row]);
        }
    }
    return groups;
}
