/**
 * Whether registries agree: every code by which one names a person, a business, a parcel or an act has to be in the registry that it is
 * from.
 *
 * Each reference is a merge of two sorted lists of values, streamed from two servers, so that memory here does not grow with the nation. On
 * a server it is an index, or a sort within `work_mem`.
 */
import { to as copyTo } from "pg-copy-streams";
import { CATALOGUE } from "./catalogue";
import { type Database, explained } from "./database";
import { REGISTRIES, type Registry, schemaOf } from "./registries";
import type { Column, Reference } from "./registry-data";
import { type Snapshot, type SnapshotOptions, openSnapshot } from "./tables";

export interface CheckedReference {
    /** The column that refers, such as `taxes.payer.personal_code`. */
    readonly from: string;
    readonly to: string;
    /** How many different values are named. */
    readonly values: number;
    /** How many of them are not there. */
    readonly missing: number;
    /** The first of the missing. */
    readonly examples: readonly string[];
}

export interface ReferencesResult {
    readonly checked: readonly CheckedReference[];
    /** References to or from a registry that was left out. */
    readonly unchecked: readonly { readonly from: string; readonly to: string }[];
}

const MOST_EXAMPLES = 5;

/** Whether values were looked up, and all were there. Where no registry names another, there is nothing to say. */
export function agree({ checked }: Pick<ReferencesResult, "checked">): boolean {
    return checked.some(({ values }) => values > 0) && checked.every(({ missing }) => missing === 0);
}

/** The references of all registries, each with the registry that has it. */
export function allReferences(): (Reference & { readonly from: Registry })[] {
    return REGISTRIES.flatMap((from) => CATALOGUE[from].references.map((reference) => ({ ...reference, from })));
}

/** All registries, each before those that it refers to. */
export function referringFirst(): Registry[] {
    const order: Registry[] = [];
    const seen = new Set<Registry>();
    const visit = (registry: Registry): void => {
        if (!seen.has(registry)) {
            seen.add(registry);
            CATALOGUE[registry].references.forEach(({ to }) => visit(to.registry));
            order.unshift(registry);
        }
    };
    REGISTRIES.forEach(visit);
    return order;
}

/**
 * Sees each registry at one instant. They are read one after another, each before those that it refers to, so that nothing that is
 * registered meanwhile is reported as missing: whatever is named was there first.
 *
 * @throws UserError where a registry cannot be read
 */
export async function checkReferences(
    registries: readonly Registry[],
    databaseOf: (registry: Registry) => Database,
    options: SnapshotOptions = {},
): Promise<ReferencesResult> {
    const snapshots = new Map<Registry, Snapshot>();
    try {
        for (const registry of referringFirst().filter((name) => registries.includes(name))) {
            snapshots.set(registry, await openSnapshot(databaseOf(registry), registry, options));
        }
        const checked: CheckedReference[] = [];
        const unchecked: { from: string; to: string }[] = [];
        for (const reference of allReferences()) {
            const names = {
                from: nameOf(reference.from, reference),
                to: nameOf(reference.to.registry, reference.to),
            };
            const [source, target] = [snapshots.get(reference.from), snapshots.get(reference.to.registry)];
            if (source === undefined || target === undefined) {
                unchecked.push(names);
                continue;
            }
            try {
                const [named, there] = [sorted(source, names.from), sorted(target, names.to)];
                checked.push({ ...names, ...(await missing(named, there)) });
            } catch (error) {
                throw explained(error, databaseOf(reference.from));
            }
        }
        return { checked, unchecked };
    } finally {
        await Promise.all(Array.from(snapshots.values(), ({ end }) => end()));
    }
}

/** @param named values, in order @param there values, in the same order */
export async function missing(
    named: AsyncIterable<string>,
    there: AsyncIterable<string>,
): Promise<Pick<CheckedReference, "values" | "missing" | "examples">> {
    const targets = there[Symbol.asyncIterator]();
    let target = await targets.next();
    let [values, gone] = [0, 0];
    const examples: string[] = [];
    for await (const value of named) {
        values++;
        while (target.done !== true && target.value < value) {
            target = await targets.next();
        }
        if (target.done === true || target.value !== value) {
            gone++;
            if (examples.length < MOST_EXAMPLES) {
                examples.push(value);
            }
        }
    }
    // It reads to the end, because the connection is needed again.
    while (target.done !== true) {
        target = await targets.next();
    }
    return { values, missing: gone, examples };
}

function nameOf(registry: Registry, { table, column }: Column): string {
    return `${schemaOf(registry)}.${table}.${column}`;
}

/** The different values of a column, in the order of their bytes: codes are ASCII, which JavaScript orders the same way. */
async function* sorted({ client, tables }: Snapshot, name: string): AsyncGenerator<string, void, undefined> {
    if (tables.length === 0) {
        return;
    }
    const [schema = "", table = "", column = ""] = name.split(".");
    const query = `SELECT DISTINCT ${column} COLLATE "C" FROM ${schema}.${table} WHERE ${column} IS NOT NULL ORDER BY 1`;
    let rest = "";
    for await (const chunk of client.query(copyTo(`COPY (${query}) TO STDOUT`)) as AsyncIterable<Buffer>) {
        const lines = (rest + chunk.toString()).split("\n");
        rest = lines.pop() ?? "";
        yield* lines;
    }
}
