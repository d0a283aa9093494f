/** Asks a registry what an application would ask it: one query over its tables, about somebody or something, as of a day. */
import { UserError } from "../command-line/command";
import { CATALOGUE } from "./catalogue";
import { type Database, explained } from "./database";
import { type Registry, schemaOf } from "./registries";
import { questionScript } from "./registry-data";
import { AS_OF, isoDate } from "./shared/calendar";
import { openSnapshot } from "./tables";

export interface AskOptions {
    /** The person or thing that it is about; without it, the first that is worth asking about. */
    readonly of?: string | undefined;
    /** ISO 8601; the day of the data where none is given. */
    readonly at?: string | undefined;
}

export interface Answer {
    readonly registry: Registry;
    readonly of: string;
    readonly at: string;
    readonly rows: readonly Readonly<Record<string, string | number | null>>[];
}

/** @throws UserError where what is asked about is not there */
export async function ask(database: Database, registry: Registry, options: AskOptions): Promise<Answer> {
    const { table, column, example } = CATALOGUE[registry].question.subject;
    const { client, end } = await openSnapshot(database, registry);
    try {
        const { rows: found } = await client.query<{ of: string | null }>(
            `SELECT min(${column}) AS of FROM ${schemaOf(registry)}.${table}
              WHERE ${column} = $1 OR $1::text IS NULL AND (${example})`,
            [options.of],
        );
        const of = found[0]?.of;
        if (typeof of !== "string") {
            throw new UserError(
                options.of === undefined
                    ? `${database.name} has no ${table} to ask about: load more people.`
                    : `${database.name} has no ${table} with the ${column} ${options.of}. Without --of one that is there is taken.`,
            );
        }
        const at = options.at ?? isoDate(AS_OF);
        const { rows } = await client.query<Answer["rows"][number]>(questionScript(registry), [of, at]);
        return { registry, of, at, rows };
    } catch (error) {
        throw explained(error, database);
    } finally {
        await end();
    }
}
