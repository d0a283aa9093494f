/** What each registry's folder says of its made-up data. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { answerFunction } from "../infra/conventions/registries";
import { GAZETTE_ROLE, EDGE_API_ROLE } from "../infra/registries/roles";
import { type Registry, schemaOf } from "./registries";

/** With more people, a day could have more births than there are serial numbers in a personal code. */
export const MOST_PEOPLE = 10_000_000;
export const NATION = 1_300_000;

/** Everything that the rows follow from. Registries of the same seed and number of people refer to one another's rows. */
export interface DatasetOptions {
    /** 0 to 4294967295 */
    readonly seed: number;
    /** Persons in the population register, 1 to {@link MOST_PEOPLE}. */
    readonly people: number;
}

export interface TableData {
    /** Columns of the rows, as COPY names them. */
    readonly columns: string;
    /**
     * Rows in PostgreSQL's text format for COPY. Each item is the text of some rows, because a step of a generator for each row would cost
     * as much as the row.
     */
    readonly rows: (options: DatasetOptions) => Iterable<string>;
}

export interface Column {
    readonly table: string;
    readonly column: string;
}

/** A column that other registries name. */
export interface Target extends Column {
    readonly registry: Registry;
}

/**
 * A column whose values all have to be in a column of another registry. No foreign key can enforce that, because each registry is in a
 * database of its own.
 */
export interface Reference extends Column {
    readonly to: Target;
}

/** What an application would ask a registry: `question.sql` joins its tables. */
export interface Question {
    /** Completes "tells …". */
    readonly tells: string;
    /** What is asked about ($1), with a condition for an example that is worth asking about where none is named. */
    readonly subject: Column & { readonly example: string };
}

export interface RegistryData {
    /** Raise this with every change of what the same seed gives, because a load of other rows is other data. */
    readonly generator: number;
    /** In the order in which they are loaded. */
    readonly tables: Readonly<Record<string, TableData>>;
    /** Bytes of the rows in all tables for each person; only for the share that progress shows. */
    readonly bytesPerPerson: number;
    readonly references: readonly Reference[];
    readonly question: Question;
    /** Tables that everybody may read; most registries have none. */
    readonly published?: readonly string[];
}

/** Statements that make a registry's schema and its tables, without keys. */
export function schemaScript(registry: Registry): string {
    const schema = schemaOf(registry);
    return [
        `CREATE SCHEMA ${schema}; SET LOCAL search_path = ${schema};`,
        script("shared", "schema.sql"),
        script(registry, "schema.sql"),
    ].join("\n");
}

/** Statements for what is built over all rows: keys, indexes and references. */
export function constraintsScript(registry: Registry): string {
    return script(registry, "constraints.sql");
}

/** A query of $1, the person or thing that it is about, and $2, a day. */
export function questionScript(registry: Registry): string {
    return script(registry, "question.sql");
}

/**
 * The question as a function, for roles that may ask it and read no table: it runs with the rights of its owner
 * (https://www.postgresql.org/docs/17/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY). The role of the allied edge may call it, where
 * there is that role.
 */
export function answerScript(registry: Registry): string {
    const schema = schemaOf(registry);
    const answer = `${answerFunction(schema)}(text, date)`;
    return `
        CREATE FUNCTION ${answer} RETURNS SETOF json
            LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
            AS $answer$ SELECT to_json(answer) FROM (${questionScript(registry)}) AS answer $answer$;
        REVOKE EXECUTE ON FUNCTION ${answer} FROM PUBLIC;
        ${grantScript(EDGE_API_ROLE, schema, `EXECUTE ON FUNCTION ${answer}`)}`;
}

/** Lets the role of the public's page read what is published, where there is one. */
export function publicationScript(registry: Registry, { published = [] }: RegistryData): string {
    const schema = schemaOf(registry);
    const tables = published.map((table) => `${schema}.${table}`).join(", ");
    return tables === "" ? "" : grantScript(GAZETTE_ROLE, schema, `SELECT ON ${tables}`);
}

function grantScript(role: string, schema: string, right: string): string {
    return `
        DO $grant$ BEGIN
            IF EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN
                GRANT USAGE ON SCHEMA ${schema} TO ${role};
                GRANT ${right} TO ${role};
            END IF;
        END $grant$;`;
}

function script(folder: string, name: string): string {
    return readFileSync(join(__dirname, folder, name), "utf8");
}
