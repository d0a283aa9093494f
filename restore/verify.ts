/** Looks at the content of a restored environment. Where looking fails, that is reported and stops nothing. */
import type { Database } from "../data/database";
import { contents } from "../data/digest";
import { type CheckedReference, checkReferences } from "../data/references";
import type { Registry } from "../data/registries";
import { explain } from "../lab/errors";
import type { Digests } from "./expect";

export interface Proof {
    /** Digests of the registries that could be read; `{}` where one had no tables yet. */
    readonly digests: Digests;
    /** Registry → table → number of rows */
    readonly rows: Readonly<Record<string, Readonly<Record<string, number>>>>;
    /** Registries without rows: at an early instant nothing had been written. */
    readonly empty: readonly string[];
    /** References from one of the restored registries to another. */
    readonly references: readonly CheckedReference[];
    /** What could not be looked at, one sentence for each. */
    readonly problems: readonly string[];
}

export async function verify(
    registries: readonly Registry[],
    databaseOf: (registry: Registry) => Database,
): Promise<Proof> {
    const problems: string[] = [];
    const looked = async <T>(what: string, look: () => Promise<T>): Promise<T | undefined> =>
        look().catch((error: unknown) => {
            problems.push(`${what}: ${explain(error)}`);
            return undefined;
        });
    const digests: Record<string, Record<string, string>> = {};
    const rows: Record<string, Record<string, number>> = {};
    for (const name of registries) {
        const found = await looked(`The digests of ${name}`, () => contents(databaseOf(name), name));
        if (found !== undefined) {
            const tables = Object.entries(found);
            digests[name] = Object.fromEntries(tables.map(([table, { digest }]) => [table, digest]));
            rows[name] = Object.fromEntries(tables.map(([table, { rows: count }]) => [table, count]));
        }
    }
    const checked =
        problems.length > 0
            ? undefined
            : await looked("The references", () => checkReferences(registries, databaseOf, { mayBeEmpty: true }));
    const empty = Object.entries(rows).filter(([, tables]) => Object.values(tables).every((count) => count === 0));
    return {
        digests,
        rows,
        empty: empty.map(([name]) => name),
        references: checked?.checked ?? [],
        problems,
    };
}
