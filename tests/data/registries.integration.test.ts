import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ask } from "../../data/ask";
import { CATALOGUE } from "../../data/catalogue";
import { count } from "../../data/count";
import type { Database } from "../../data/database";
import { digest } from "../../data/digest";
import { fromEnvironment } from "../../data/environment";
import { load } from "../../data/load";
import { lost } from "../../data/lost";
import { checkReferences } from "../../data/references";
import { REGISTRIES, type Registry, schemaOf } from "../../data/registries";
import { write } from "../../data/write";
import { repoRoot } from "../../command-line/paths";
import { Postgres } from "../support/postgres";
import { answers } from "./answers";
import { read } from "./rows";
import { TYPESCRIPT } from "../../command-line/typescript";

const options = { seed: 1, people: 2000 };
const silent = { update: () => undefined, end: () => undefined };

let postgres: Postgres;
beforeAll(async () => {
    postgres = await Postgres.start({ fsync: "off" });
    for (const name of ["together", "other", ...REGISTRIES.map(schemaOf)]) {
        await postgres.createDatabase(name);
    }
    for (const registry of REGISTRIES) {
        await load(ownDatabase(registry), registry, { ...options, replace: false, progress: silent });
    }
}, 300_000);
afterAll(async () => {
    await postgres.remove();
});

function database(name: string): Database {
    return fromEnvironment(postgres.environment(name));
}

/** The database of a registry, which has its own as in a site. */
function ownDatabase(registry: Registry): Database {
    return database(schemaOf(registry));
}

function run(name: string, ...args: string[]): { code: number | null; output: string } {
    const { status, stdout } = spawnSync(
        process.execPath,
        [...TYPESCRIPT, join(repoRoot, "data", "main.ts"), ...args],
        { encoding: "utf8", env: { ...process.env, ...postgres.environment(name) } },
    );
    return { code: status, output: stdout };
}

describe.each(REGISTRIES)("%s", (registry) => {
    it("has a row for each that was generated", async () => {
        const tables = Object.keys(CATALOGUE[registry].tables);
        const generated = tables.map((table) => [table, read(registry, table, options).length]);
        const counts = await count(ownDatabase(registry), registry);
        expect(counts).toEqual({ ...Object.fromEntries(generated), dataset: 1, write_probe: 0 });
    });

    it("has the same digests wherever it is loaded, and others for another seed", async () => {
        const digests = await digest(ownDatabase(registry), registry);
        await load(database("together"), registry, { ...options, replace: false, progress: silent });
        expect(await digest(database("together"), registry)).toEqual(digests);
        await load(database("other"), registry, { ...options, seed: 2, replace: false, progress: silent });
        const other = await digest(database("other"), registry);
        const same = Object.keys(digests).filter((table) => digests[table] === other[table]);
        expect(same).toEqual(["write_probe"]);
    });

    it("answers what an application would ask, as reckoned from the generated rows", async () => {
        const expected = answers(registry, options);
        const { table, column, example } = CATALOGUE[registry].question.subject;
        const some = async (condition: string): Promise<string[]> => {
            const from = `${schemaOf(registry)}.${table} WHERE ${condition} ORDER BY 1 LIMIT 400`;
            const found = await postgres.query(`SELECT DISTINCT ${column} AS of FROM ${from}`, schemaOf(registry));
            const step = Math.floor(found.length / 4);
            return found.filter((_, index) => index % step === 0).map((row) => row["of"] as string);
        };
        // The subjects are the registry's interesting ones, and any others.
        const subjects = [...(await some(example)), ...(await some("true"))];
        const lines: number[] = [];
        for (const of of subjects) {
            for (const at of ["2005-06-30", "2025-10-15"]) {
                const { rows } = await ask(ownDatabase(registry), registry, { of, at });
                expect({ of, at, rows: sorted(rows) }).toEqual({ of, at, rows: sorted(expected?.(of, at) ?? rows) });
                lines.push(rows.length);
            }
        }
        expect(lines.filter((length) => length > 0).length).toBeGreaterThan(3);
    }, 60_000);

    it("takes one that has an answer where nobody is named", async () => {
        const { of, at, rows } = await ask(ownDatabase(registry), registry, {});
        expect(at).toBe("2026-01-01");
        expect(rows.length).toBeGreaterThan(0);
        expect(sorted(rows)).toEqual(sorted(answers(registry, options)?.(of, at) ?? rows));
        // Roles that may not read tables call a function, which must give the same answer.
        const schema = schemaOf(registry);
        const called = await postgres.query(`SELECT row FROM ${schema}.answer('${of}', '${at}') AS row`, schema);
        expect(called.map(({ row }) => row)).toEqual(rows);
        await expect(ask(ownDatabase(registry), registry, { of: "nobody" })).rejects.toThrow(/has no .* nobody/);
    });
});

/** Sorts owners: those with equal parts come in the order of numbers that a double cannot distinguish. */
function sorted(rows: readonly Readonly<Record<string, unknown>>[]): unknown[] {
    return rows[0]?.["percent"] === undefined
        ? [...rows]
        : [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

describe("constraints", () => {
    it.each<[Registry, string, string]>([
        ["taxes", "UPDATE payer SET reference_number = '1000000000'", "reference_number_is_valid"],
        ["taxes", "UPDATE assessment SET amount = amount + 1", "amount_follows_from_rate"],
        [
            "taxes",
            "UPDATE assessment SET rate = rate + 1, amount = round(base * (rate + 1) / 1000, 2)",
            "assessed_at_the_rate_of_the_year",
        ],
        [
            "taxes",
            "UPDATE payer SET business_code = '10000001' WHERE personal_code IS NOT NULL",
            "payer_is_person_or_business",
        ],
        ["land", "UPDATE parcel SET cadastral_code = '7849:101:0010'", "cadastral_code_has_its_form"],
        ["land", "UPDATE ownership SET ended_by = NULL WHERE ended_by IS NOT NULL", "one_owner_at_present"],
        [
            "land",
            "UPDATE ownership SET ended_by = (SELECT max(deed_number) FROM ownership) WHERE deed_number = 1",
            "ownership",
        ],
        ["businesses", "UPDATE business SET business_code = '18000001'", "business_code_is_valid"],
        [
            "businesses",
            "UPDATE holding SET owner_business_code = business_code WHERE owner_business_code IS NOT NULL",
            "nothing_owns_itself",
        ],
        [
            "businesses",
            "UPDATE holding SET owner_personal_code = '37605030298' WHERE owner_personal_code IS NOT NULL",
            "owner_personal_code_is_valid",
        ],
        ["identity-documents", "UPDATE document SET check_digit = (check_digit + 1) % 10", "check_digit_is_right"],
        [
            "identity-documents",
            "UPDATE document SET ended_on = NULL, end_reason = NULL",
            "one_document_of_a_kind_in_force",
        ],
        ["identity-documents", "UPDATE certificate SET valid_to = valid_to + 1", "certificate_ends_with_its_document"],
        ["pensions", "INSERT INTO rate VALUES ('2020-01-01', '2020-02-01', 1, 1, '1')", "one_rate_in_force"],
        [
            "pensions",
            "INSERT INTO payment SELECT min(insured_id), '2025-10-02', 1 FROM pension",
            "month_is_named_by_its_first_day",
        ],
        ["legislation", "UPDATE publication SET published_on = published_on - 1", "rt_id_has_day_of_publication"],
        ["legislation", "UPDATE publication SET valid_to = NULL", "one_version_in_force"],
        ["legislation", "UPDATE paragraph SET valid_to = NULL", "one_wording_in_force"],
        [
            "legislation",
            "UPDATE paragraph SET rt_id = (SELECT max(rt_id) FROM publication WHERE act_number = 2) WHERE act_number = 1",
            "foreign key",
        ],
    ])("%s takes no %s", async (registry, statement, constraint) => {
        const wrong = `SET search_path = ${schemaOf(registry)}; ${statement}`;
        await expect(postgres.query(wrong, schemaOf(registry))).rejects.toThrow(constraint);
    });
});

it("any registry takes commits of data write, and none is lost", async () => {
    const folder = mkdtempSync(join(tmpdir(), "journal-"));
    const journal = join(folder, "journal.jsonl");
    const of = ownDatabase("identity-documents");
    const { signal } = new AbortController();
    const run = { rate: 50, seconds: 0.5, journal, signal, progress: silent };
    const { acknowledged } = await write(of, "identity-documents", run);
    expect(acknowledged).toBeGreaterThan(0);
    expect(await lost(of, journal)).toMatchObject({ registry: "identity-documents", acknowledged, lost: [] });
    rmSync(folder, { recursive: true });
});

describe("references across registries", () => {
    it("all resolve, and there are some of each", async () => {
        const { checked, unchecked } = await checkReferences(REGISTRIES, ownDatabase);
        expect(checked.filter(({ missing }) => missing > 0)).toEqual([]);
        expect(checked.filter(({ values }) => values === 0)).toEqual([]);
        expect([checked.length, unchecked.length]).toEqual([13, 0]);
    });

    it("are left out, and named, where one of the two registries is", async () => {
        const { checked, unchecked } = await checkReferences(["taxes", "legislation"], ownDatabase);
        expect(checked.map(({ from }) => from)).toEqual(["taxes.tax_rate.legal_basis"]);
        expect(unchecked).toHaveLength(12);
    });

    it("of another seed do not", async () => {
        const { checked } = await checkReferences(["pensions", "population"], (registry) =>
            registry === "population" ? database("other") : ownDatabase(registry),
        );
        expect(checked[0]?.missing).toBeGreaterThan(1000);
    });

    it("that are broken are counted, with examples, and end the command with 1", async () => {
        const before = run("together", "references", "--json");
        expect(before.code).toBe(0);
        await postgres.query(
            `DELETE FROM legislation.citation;
             DELETE FROM legislation.paragraph;
             DELETE FROM legislation.publication WHERE rt_id = (SELECT min(legal_basis) FROM taxes.tax_rate)`,
            "together",
        );
        const { code, output } = run("together", "references", "--json");
        expect(code).toBe(1);
        const { checked } = JSON.parse(output) as Awaited<ReturnType<typeof checkReferences>>;
        const broken = checked.filter(({ missing }) => missing > 0);
        expect(broken.map(({ from, to }) => [from, to])).toEqual([
            ["taxes.tax_rate.legal_basis", "legislation.publication.rt_id"],
        ]);
        expect(broken[0]).toMatchObject({ missing: 1, examples: [expect.stringMatching(/^1\d{11}$/)] });
    });
});
