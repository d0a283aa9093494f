import fc from "fast-check";
import type { Database } from "../../data/database";
import { fromEnvironment } from "../../data/environment";
import { digest } from "../../data/digest";
import { Postgres } from "../support/postgres";

let postgres: Postgres;
let database: Database;
beforeAll(async () => {
    // These settings differ as much as possible from those that the digest uses.
    postgres = await Postgres.start({
        fsync: "off",
        DateStyle: "German",
        extra_float_digits: "-10",
        timezone: "GMT+5",
    });
    database = fromEnvironment(postgres.environment());
}, 300_000);
afterAll(async () => {
    await postgres.remove();
});

type Row = readonly [number, string | null, string | null];

const row = fc.tuple(
    fc.integer({ min: 0, max: 3 }),
    fc.option(fc.constantFrom("", "a", "a,b", '"', "õ", "\\", "(1,2)")),
    fc.option(fc.constantFrom("", "b", "NULL", " ")),
);
const someRows = fc.array(row, { maxLength: 8 });

async function digestOf(rows: readonly Row[]): Promise<string> {
    const text = (value: string | null): string => (value === null ? "NULL" : `E'${value.replaceAll("\\", "\\\\")}'`);
    const values = rows.map(([a, b, c]) => `(${a}, ${text(b)}, ${text(c)})`).join(", ");
    await postgres.query(
        `DROP SCHEMA IF EXISTS population CASCADE; CREATE SCHEMA population; CREATE TABLE population.t (a int, b text, c text);
         ${rows.length > 0 ? `INSERT INTO population.t VALUES ${values}` : ""}`,
    );
    return (await digest(database, "population"))["t"] as string;
}

function canonical(rows: readonly Row[]): string {
    return rows
        .map((each) => JSON.stringify(each))
        .sort()
        .join();
}

test("two tables have one digest exactly if they hold the same rows, each as often", async () => {
    const seen = new Map<string, string>();
    await fc.assert(
        fc.asyncProperty(someRows, async (rows) => {
            const found = await digestOf(rows);
            expect(found).toMatch(/^[0-9a-f]{32}$/);
            const before = seen.get(canonical(rows)) ?? found;
            seen.set(canonical(rows), found);
            expect(found).toBe(before);
            expect(await digestOf([...rows].reverse())).toBe(found);
        }),
        { numRuns: 40 },
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
});

test("a row that is there twice, changed or gone shows", async () => {
    await fc.assert(
        fc.asyncProperty(row, someRows, async (first, rest) => {
            const digests = [
                await digestOf([first, ...rest]),
                await digestOf([first, first, ...rest]),
                await digestOf([first, first, first, ...rest]),
                await digestOf([[first[0] + 4, first[1], first[2]], ...rest]),
                await digestOf(rest),
            ];
            expect(new Set(digests).size).toBe(digests.length);
        }),
        { numRuns: 20 },
    );
});

test("settings of server and role, and the order of columns, make no difference", async () => {
    const columns = ["a double precision", "b timestamptz", "c bytea", "d interval", "e date", "f money"];
    const create = async (order: readonly string[], settings: readonly string[]): Promise<string> => {
        await postgres.query(
            `${settings.map((setting) => `ALTER ROLE embassy SET ${setting};`).join("")}
             DROP SCHEMA IF EXISTS population CASCADE; CREATE SCHEMA population; CREATE TABLE population.t (${order.join(", ")});
             INSERT INTO population.t (a, b, c, d, e, f) VALUES (0.1::float8 + 0.2, '2030-01-02T03:04:05.678Z', '\\x00ff', '1 day 2 hours', '2030-01-02', '3.50')`,
        );
        return (await digest(database, "population"))["t"] as string;
    };
    const plain = await create(columns, []);
    const other = await create([...columns].reverse(), [
        "timezone = 'GMT-7'",
        "datestyle = 'SQL, DMY'",
        "bytea_output = 'escape'",
        "intervalstyle = 'sql_standard'",
        "extra_float_digits = 0",
    ]);
    expect(other).toBe(plain);
    await postgres.query("ALTER ROLE embassy RESET ALL");
});

test("a renamed column is another table", async () => {
    const before = await digestOf([[1, "a", "b"]]);
    await postgres.query("ALTER TABLE population.t RENAME COLUMN c TO d");
    expect((await digest(database, "population"))["t"]).not.toBe(before);
});

test("a database without the registry is told from an empty one", async () => {
    await postgres.query("DROP SCHEMA IF EXISTS population CASCADE");
    await expect(digest(database, "population")).rejects.toThrow(
        /holds nothing of the registry population.*data -- load/,
    );
});
