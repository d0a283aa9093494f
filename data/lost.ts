/** Compares a journal with the database: which acknowledged commits are gone. */
import { UserError } from "../command-line/command";
import { type Database, explained } from "./database";
import { readJournal } from "./journal";
import { parseRegistry, schemaOf } from "./registries";

export interface LostResult {
    readonly run: string;
    readonly registry: string;
    readonly acknowledged: number;
    /** Sequence numbers of acknowledged commits that the database does not have. */
    readonly lost: readonly number[];
    /** Commits that were promised to nobody, and how many of them are there nevertheless. */
    readonly unknown: { readonly total: number; readonly found: number };
    /** Commits that the server refused and yet has: an error of the server's or of ours. */
    readonly refusedButFound: readonly number[];
}

/** Whether commits were acknowledged, and all of them are there: a journal without one shows nothing. */
export function isWhole({ acknowledged, lost, refusedButFound }: LostResult): boolean {
    return acknowledged > 0 && lost.length === 0 && refusedButFound.length === 0;
}

/** @throws UserError where the journal is none, or the database has no table of commits */
export async function lost(database: Database, file: string): Promise<LostResult> {
    const { header, entries } = readJournal(file);
    const registry = parseRegistry(header.registry);
    const found = await committed(database, `${schemaOf(registry)}.write_probe`, header.run);
    const sequences = (outcome: string): number[] =>
        entries.filter((entry) => entry.outcome === outcome).map(({ sequence }) => sequence);
    const acknowledged = sequences("acknowledged");
    const unknown = sequences("unknown");
    return {
        run: header.run,
        registry,
        acknowledged: acknowledged.length,
        lost: acknowledged.filter((sequence) => !found.has(sequence)),
        unknown: { total: unknown.length, found: unknown.filter((sequence) => found.has(sequence)).length },
        refusedButFound: sequences("refused").filter((sequence) => found.has(sequence)),
    };
}

async function committed(database: Database, table: string, run: string): Promise<Set<number>> {
    const client = await database.connect();
    try {
        const { rows } = await client.query<{ sequence: number }>(`SELECT sequence FROM ${table} WHERE run = $1`, [
            run,
        ]);
        return new Set(rows.map(({ sequence }) => sequence));
    } catch (error) {
        if ((error as { code?: string }).code === "42P01") {
            throw new UserError(
                `${database.name} has no table ${table}: it is not the database that the journal was written against, or nothing of it was restored.`,
            );
        }
        throw explained(error, database);
    } finally {
        await client.end();
    }
}
