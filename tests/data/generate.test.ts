import fc from "fast-check";
import { CATALOGUE } from "../../data/catalogue";
import { parsePersonalCode } from "../../data/shared/personal-code";
import { type Row, bytes, group, read } from "./rows";

const AS_OF = "2026-01-01";
const REGISTER_START = "1992-01-01";
const options = { seed: 7, people: 8000 };

const people = read("population", "person", options);
const byId = new Map(people.map((person) => [person["person_id"], person]));
const residences = read("population", "residence", options);
const links = read("population", "parentage", options);
const marriages = read("population", "marriage", options);
const addresses = read("population", "address", options);

function person(id: string | undefined): Row {
    const found = byId.get(id);
    if (found === undefined) {
        throw new Error(`nobody has the number ${id ?? "(none)"}`);
    }
    return found;
}

/** The end of a period as text, by which dates can be compared. A period without an end lasts beyond all dates. */
function until(date: string | undefined): string {
    return date ?? "9999-12-31";
}

function years(from: string | undefined, to: string | undefined): number {
    return (Date.parse(until(to)) - Date.parse(until(from))) / (365.25 * 86_400_000);
}

describe("generation", () => {
    it.each([
        ["address", "df3d8735db2b7219efb80617d932c12a"],
        ["person", "521a7cbbdf2c2f7fc36413026cd77860"],
        ["residence", "154d02cff4171391cd7961ecf7fbcc77"],
        ["parentage", "e9d35e2be86342d838ca0a63746320c3"],
        ["marriage", "96e1921be441d295b88e98443dd1f113"],
        ["vital_record", "6a8014d4625284bffc4ac412d7c4ec86"],
    ])("gives the rows of %s that generator 1 has always given", (table, start) => {
        expect(CATALOGUE.population.generator).toBe(1);
        expect(bytes("population", table, { seed: 1, people: 2000 }).slice(0, 32)).toBe(start);
    });

    it("gives exactly as many people as were asked for, and none without parents that it names", () => {
        fc.assert(
            fc.property(fc.nat(2 ** 32 - 1), fc.integer({ min: 1, max: 300 }), (seed, count) => {
                const some = { seed, people: count };
                const ids = new Set(read("population", "person", some).map((row) => row["person_id"]));
                expect(ids.size).toBe(count);
                for (const [table, columns] of [
                    ["parentage", ["child_id", "parent_id"]],
                    ["marriage", ["wife_id", "husband_id"]],
                    ["residence", ["person_id"]],
                    ["vital_record", ["person_id"]],
                ] as const) {
                    const named = read("population", table, some).flatMap((row) =>
                        columns.map((column) => row[column]),
                    );
                    expect(named.filter((id) => !ids.has(id))).toEqual([]);
                }
            }),
            { numRuns: 40 },
        );
    });
});

describe("a person", () => {
    it("has a valid code of their own that says sex and date of birth", () => {
        for (const { personal_code: code, sex, birth_date: birthDate } of people) {
            expect(parsePersonalCode(code ?? "")).toEqual({ sex, birthDate });
        }
        expect(new Set(people.map((row) => row["personal_code"])).size).toBe(people.length);
    });

    it("was alive in the register's time, and lived a human life", () => {
        for (const { birth_date: birth, death_date: death } of people) {
            expect(until(birth) < AS_OF).toBe(true);
            expect(until(death) >= REGISTER_START).toBe(true);
            expect(years(birth, death ?? AS_OF)).toBeLessThan(115);
            expect(years(birth, death ?? AS_OF)).toBeGreaterThanOrEqual(0);
        }
    });

    it("is written with the letters of the language", () => {
        const names = people.map((row) => `${row["given_name"] ?? ""} ${row["surname"] ?? ""}`).join(" ");
        expect(Array.from("õäöüšž").filter((letter) => !names.toLowerCase().includes(letter))).toEqual([]);
    });
});

describe("family links", () => {
    it("lead to a mother and a father of plausible age", () => {
        expect(links.length).toBeGreaterThan(options.people / 2);
        for (const { child_id: childId, parent_id: parentId } of links) {
            const [child, parent] = [person(childId), person(parentId)];
            const age = years(parent["birth_date"], child["birth_date"]);
            expect(age).toBeGreaterThan(17);
            expect(age).toBeLessThan(parent["sex"] === "F" ? 46 : 60);
            expect(until(parent["death_date"]) >= until(child["birth_date"])).toBe(true);
        }
    });

    it("give nobody two mothers or two fathers", () => {
        const seen = links.map((row) => `${row["child_id"] ?? ""} ${person(row["parent_id"])["sex"] ?? ""}`);
        expect(new Set(seen).size).toBe(seen.length);
    });

    it("join adults in marriages that end with the first death at the latest", () => {
        for (const { wife_id: wife, husband_id: husband, married_on: wedding, ...end } of marriages) {
            for (const [spouse, sex] of [
                [person(wife), "F"],
                [person(husband), "M"],
            ] as const) {
                expect(spouse["sex"]).toBe(sex);
                expect(years(spouse["birth_date"], wedding)).toBeGreaterThan(17.9);
                expect(until(end["ended_on"]) <= until(spouse["death_date"])).toBe(true);
            }
        }
        expect(new Set(marriages.map((row) => row["end_reason"]))).toEqual(new Set([undefined, "divorce", "death"]));
    });
});

describe("residences", () => {
    const byPerson = group(residences, "person_id");

    it("follow one another without overlap, within life and register", () => {
        for (const [id, stays] of byPerson) {
            const { birth_date: birth, death_date: death } = person(id);
            let before = until(birth) > REGISTER_START ? until(birth) : REGISTER_START;
            for (const { valid_from: from, valid_to: to } of stays) {
                expect(until(from) >= before).toBe(true);
                expect(until(to) > until(from)).toBe(true);
                before = until(to);
            }
            expect(before <= until(death)).toBe(true);
        }
    });

    it("are at dwellings of the register, of which no two are the same", () => {
        const known = new Set(addresses.map((row) => row["address_id"]));
        expect(residences.filter((row) => !known.has(row["address_id"]))).toEqual([]);
        const places = addresses.map((row) => JSON.stringify({ ...row, address_id: "", postal_code: "" }));
        expect(new Set(places).size).toBe(places.length);
    });

    it("let most of the living have a home, and small children one with a parent", () => {
        const home = new Map(
            residences.filter((row) => !row["valid_to"]).map((row) => [row["person_id"], row["address_id"]]),
        );
        const living = people.filter((row) => !row["death_date"]);
        expect(living.filter((row) => home.has(row["person_id"])).length / living.length).toBeGreaterThan(0.9);
        const small = links.filter(({ child_id: id }) => {
            const { birth_date: birth, death_date: death } = person(id);
            return !death && until(birth) > "2011-01-01";
        });
        const together = group(small, "child_id");
        const alone = [...together].filter(
            ([child, parents]) =>
                !parents.some(({ parent_id: parent }) => home.get(parent) === home.get(child)) &&
                parents.some(({ parent_id: parent }) => home.has(parent)),
        );
        expect(alone.length / together.size).toBeLessThan(0.05);
    });
});

it("has the age pyramid of an ageing country", () => {
    const ages = people.filter((row) => !row["death_date"]).map((row) => years(row["birth_date"], AS_OF));
    const share = (from: number, to: number): number =>
        ages.filter((age) => age >= from && age < to).length / ages.length;
    expect(share(0, 15)).toBeGreaterThan(0.1);
    expect(share(0, 15)).toBeLessThan(0.22);
    expect(share(15, 65)).toBeGreaterThan(0.55);
    expect(share(65, 120)).toBeGreaterThan(0.12);
    expect(share(65, 120)).toBeLessThan(0.28);
    expect(share(90, 120)).toBeLessThan(0.03);
});
