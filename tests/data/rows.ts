/** Reads generated rows back. */
import { createHash } from "node:crypto";
import { CATALOGUE } from "../../data/catalogue";
import { chunks } from "../../data/copy";
import type { Registry } from "../../data/registries";
import type { DatasetOptions, TableData } from "../../data/registry-data";

export type Row = Readonly<Record<string, string | undefined>>;

export function read(registry: Registry, name: string, options: DatasetOptions): Row[] {
    const table = tableOf(registry, name);
    const columns = table.columns.split(", ");
    const text = Buffer.concat([...chunks(table, options)]).toString();
    return text
        .split("\n")
        .slice(0, -1)
        .map((line) => {
            const values = line.split("\t");
            if (values.length !== columns.length) {
                throw new Error(`${name} has ${columns.length} columns, not ${values.length}: ${line}`);
            }
            return Object.fromEntries(
                columns.map((column, i) => [column, values[i] === "\\N" ? undefined : values[i]]),
            );
        });
}

/** @returns the SHA-256 of a table's bytes, as hexadecimal digits */
export function bytes(registry: Registry, name: string, options: DatasetOptions): string {
    const hash = createHash("sha256");
    for (const chunk of chunks(tableOf(registry, name), options)) {
        hash.update(chunk);
    }
    return hash.digest("hex");
}

function tableOf(registry: Registry, name: string): TableData {
    const table = CATALOGUE[registry].tables[name];
    if (table === undefined) {
        throw new Error(`${registry} has no table ${name}`);
    }
    return table;
}

/** Groups rows by their value in a column. Each group keeps the rows' order. */
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
