/** The digests that a restore must produce: read before it begins, and compared table by table after it. Pure. */
import { z } from "zod";
import { CATALOGUE } from "../data/catalogue";
import { REGISTRIES, type Registry } from "../data/registries";
import { describeIssues } from "../infra/conventions/errors";
import { LabError } from "../lab/errors";

/** Registry → table → 32 hexadecimal digits. */
export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface Comparison {
    /** Names of the tables, such as `land.parcel`. */
    readonly compared: readonly string[];
    readonly differing: readonly {
        readonly table: string;
        /** The expected digest; null where there is none. */
        readonly expected: string | null;
        readonly found: string | null;
    }[];
}

/** Tables that every registry has: data/shared/schema.sql */
const SHARED = ["dataset", "write_probe"];

function tablesOf(registry: Registry): string[] {
    return [...SHARED, ...Object.keys(CATALOGUE[registry].tables)].sort();
}

const digest = z.string().regex(/^[0-9a-f]{32}$/, "must be a digest, of 32 hexadecimal digits");
const optional = <N extends string, T extends z.ZodType>(names: readonly N[], typeOf: (name: N) => T) =>
    z.strictObject(Object.fromEntries(names.map((name) => [name, typeOf(name).optional()])));
const schema = optional(REGISTRIES, (registry) => optional(tablesOf(registry), () => digest));
const report = z.looseObject({ digests: z.unknown(), empty: z.array(z.string()).default([]) });

/**
 * The digests that a file expects: it is a file of `npm run data -- digest --json`, or the report of a restore.
 *
 * @param registries registries that are restored; others in the file are left out
 * @throws LabError where the file lacks one of their tables, or names a table that does not exist
 */
export function parseExpected(text: string, file: string, registries: readonly Registry[]): Digests {
    const refuse = (problems: readonly string[]): never => {
        throw new LabError(
            `${file} does not say what is expected of ${registries.join(", ")}:\n${problems.map((problem) => `  ${problem}\n`).join("")}` +
                "Give what npm run data -- digest --json has printed, or a restore's report, with every table of each registry.",
        );
    };
    const raw = parseJson(text, refuse);
    const reported = report.safeParse(raw);
    const [given, empty] =
        reported.success && "digests" in reported.data
            ? [reported.data.digests, reported.data.empty]
            : [raw, [] as string[]];
    const parsed = schema.safeParse(given);
    if (!parsed.success) {
        return refuse(describeIssues(parsed.error.issues, schema, given, ""));
    }
    const wanted = registries.map((registry) => [registry, stated(parsed.data[registry] ?? {})] as const);
    const missing = wanted
        // A report names empty registries, which have no tables.
        .filter(([registry, tables]) => !(empty.includes(registry) && Object.keys(tables).length === 0))
        .flatMap(([registry, tables]) =>
            tablesOf(registry)
                .filter((table) => tables[table] === undefined)
                .map((table) => `${registry}.${table} is missing`),
        );
    return missing.length > 0 ? refuse(missing) : Object.fromEntries(wanted);
}

function stated(tables: Readonly<Record<string, string | undefined>>): Record<string, string> {
    return Object.fromEntries(Object.entries(tables).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

function parseJson(text: string, refuse: (problems: readonly string[]) => never): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch (error) {
        return refuse([`it is no JSON: ${(error as Error).message}`]);
    }
}

/** Compares every table that is expected, found or both; a table that only one side has differs. */
export function compareDigests(expected: Digests, found: Digests): Comparison {
    const registries = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
    const rows = registries.flatMap((registry) => {
        const [wanted, there] = [expected[registry] ?? {}, found[registry] ?? {}];
        return [...new Set([...Object.keys(wanted), ...Object.keys(there)])].sort().map((table) => ({
            table: `${registry}.${table}`,
            expected: wanted[table] ?? null,
            found: there[table] ?? null,
        }));
    });
    return {
        compared: rows.map(({ table }) => table),
        differing: rows.filter(({ expected: wanted, found: there }) => wanted !== there),
    };
}
