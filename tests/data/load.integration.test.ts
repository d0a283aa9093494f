import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../../data/database";
import { fromEnvironment } from "../../data/environment";
import { count } from "../../data/count";
import { digest } from "../../data/digest";
import { type LoadResult, load } from "../../data/load";
import { personalCode } from "../../data/shared/personal-code";
import { repoRoot } from "../../command-line/paths";
import { Postgres } from "../support/postgres";
import { TYPESCRIPT } from "../../command-line/typescript";

const PEOPLE = 20_000;
const silent = { update: () => undefined, end: () => undefined };

let postgres: Postgres;
beforeAll(async () => {
    postgres = await Postgres.start();
    await Promise.all(["one", "two", "killed", "other"].map((name) => postgres.createDatabase(name)));
}, 300_000);
afterAll(async () => {
    await postgres.remove();
});

function database(name: string): Database {
    return fromEnvironment(postgres.environment(name));
}

function loadInto(name: string, options: { people?: number; replace?: boolean } = {}): Promise<LoadResult> {
    return load(database(name), "population", {
        seed: 1,
        people: PEOPLE,
        replace: false,
        progress: silent,
        ...options,
    });
}

/** Starts a load as a user does. */
function loader(name: string, people: number): ChildProcess {
    return spawn(
        process.execPath,
        [...TYPESCRIPT, join(repoRoot, "data/main.ts"), "load", "--people", String(people)],
        { env: { ...process.env, ...postgres.environment(name) }, stdio: ["ignore", "ignore", "pipe"] },
    );
}

describe("a register of 20 000", () => {
    let first: LoadResult;
    beforeAll(async () => {
        first = await loadInto("one");
        await loadInto("two");
    }, 120_000);

    it("has the rows that were counted", async () => {
        expect(first.loaded).toBe(true);
        const counts = await count(database("one"), "population");
        expect(counts).toEqual({ ...first.rows, dataset: 1, write_probe: 0 });
        expect(counts["person"]).toBe(PEOPLE);
    });

    it("has the same digests wherever it is loaded", async () => {
        const digests = await digest(database("one"), "population");
        expect(await digest(database("two"), "population")).toEqual(digests);
        expect(new Set(Object.values(digests)).size).toBe(Object.keys(digests).length);
    });

    it("has another digest for one table with one row changed, and the first one with it changed back", async () => {
        const before = await digest(database("two"), "population");
        const rename = (to: string): Promise<unknown> =>
            postgres.query(`UPDATE population.person SET given_name = ${to} WHERE person_id = 17`, "two");
        await rename("given_name || 'a'");
        const after = await digest(database("two"), "population");
        expect(after["person"]).not.toBe(before["person"]);
        expect({ ...after, person: "" }).toEqual({ ...before, person: "" });
        await rename("left(given_name, -1)");
        expect(await digest(database("two"), "population")).toEqual(before);
    });

    it("is not loaded a second time", async () => {
        const before = await digest(database("one"), "population");
        expect(await loadInto("one")).toMatchObject({ loaded: false, rows: {} });
        expect(await digest(database("one"), "population")).toEqual(before);
    });

    it.each([
        ["a wrong check digit", "personal_code_is_valid", "personal_code = '37605030298'"],
        ["another's sex", "personal_code_matches_person", "sex = CASE sex WHEN 'M' THEN 'F' ELSE 'M' END"],
        ["another date of birth", "personal_code_matches_person", "birth_date = birth_date + 1, death_date = NULL"],
        ["a code that exists", "person_personal_code_key", null],
        ["a death before birth", "birth_precedes_death", "death_date = birth_date - 1"],
    ])("takes no person with %s", async (_, constraint, assignment) => {
        const columns = "given_name, surname, sex, birth_date, citizenship, mother_tongue";
        const wrong =
            assignment === null
                ? `INSERT INTO population.person (person_id, personal_code, ${columns}) SELECT 0, personal_code, ${columns} FROM population.person WHERE person_id = 1`
                : `UPDATE population.person SET ${assignment} WHERE person_id = 1`;
        await expect(postgres.query(wrong, "one")).rejects.toThrow(constraint);
    });

    it("takes no link to nobody, no second home, and no one as their own parent", async () => {
        const insert = (sql: string): Promise<unknown> => postgres.query(`INSERT INTO population.${sql}`, "one");
        await expect(insert("parentage VALUES (1, 99999999, 'birth')")).rejects.toThrow("foreign key");
        await expect(insert("parentage VALUES (1, 1, 'birth')")).rejects.toThrow("nobody_is_their_own_parent");
        await expect(
            insert(
                "residence SELECT person_id, DATE '2025-12-31', NULL, 1 FROM population.residence WHERE valid_to IS NULL LIMIT 1",
            ),
        ).rejects.toThrow("one_residence_at_a_time");
    });

    it("agrees with the program on what a personal code is", async () => {
        const codes = Array.from({ length: 1000 }, (_, serial) => personalCode("M", "1980-01-01", serial));
        const wrong = codes.map((code) => code.slice(0, 10) + String((Number(code[10]) + 1) % 10));
        const valid = (list: string[]): Promise<unknown[]> =>
            postgres.query(
                `SELECT count(*)::int AS valid FROM unnest('{${list.join()}}'::text[]) AS code WHERE population.is_personal_code(code)`,
                "one",
            );
        expect(await valid(codes)).toEqual([{ valid: 1000 }]);
        expect(await valid(wrong)).toEqual([{ valid: 0 }]);
    });
});

describe("other data", () => {
    it("is refused where some is there, unless it may be replaced", async () => {
        await loadInto("other", { people: 100 });
        await expect(loadInto("other", { people: 200 })).rejects.toThrow(
            /holds other data: 100 people of seed 1.*200 people.*--replace/,
        );
        expect((await count(database("other"), "population"))["person"]).toBe(100);
        await loadInto("other", { people: 200, replace: true });
        expect((await count(database("other"), "population"))["person"]).toBe(200);
    });

    it("that no load has made is not touched either", async () => {
        await postgres.query("DROP SCHEMA population CASCADE; CREATE SCHEMA population", "other");
        await expect(loadInto("other", { people: 100 })).rejects.toThrow(/not made by a load.*--replace/);
    });
});

describe("a load that is killed", () => {
    it("leaves nothing, and the next one works", async () => {
        const child = loader("killed", PEOPLE);
        // After the first table there are rows in the database, though nobody sees them yet.
        for await (const line of child.stderr as AsyncIterable<Buffer>) {
            if (line.includes("rows of residence")) {
                break;
            }
        }
        const gone = once(child, "exit");
        child.kill("SIGKILL");
        expect(await gone).toEqual([null, "SIGKILL"]);
        await untilNobodyLoads();
        expect(await postgres.query("SELECT to_regnamespace('population') AS schema", "killed")).toEqual([
            { schema: null },
        ]);
        expect(await loadInto("killed")).toMatchObject({ loaded: true });
        expect(await digest(database("killed"), "population")).toEqual(await digest(database("one"), "population"));
    }, 60_000);

    it("at the same time as another is refused, and the other goes on", async () => {
        await postgres.createDatabase("busy");
        const child = loader("busy", PEOPLE);
        await once(child.stderr as NodeJS.ReadableStream, "data");
        await expect(loadInto("busy", { people: 5 })).rejects.toThrow("another load is under way");
        child.stderr?.resume();
        expect(await once(child, "exit")).toEqual([0, null]);
        expect((await count(database("busy"), "population"))["person"]).toBe(PEOPLE);
    }, 60_000);
});

/** Waits until the server has noticed that the loader is gone, and has undone its load. */
async function untilNobodyLoads(): Promise<void> {
    const loading = "SELECT FROM pg_stat_activity WHERE datname = 'killed' AND application_name = 'data-embassy'";
    while ((await postgres.query(loading)).length > 0) {
        await sleep(50);
    }
}
