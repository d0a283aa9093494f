import { CATALOGUE } from "../../data/catalogue";
import type { Registry } from "../../data/registries";
import { compareDigests, parseExpected } from "../../restore/expect";

const [ONE, TWO] = ["0".repeat(32), "1".repeat(32)];
const names = [...Object.keys(CATALOGUE.population.tables), "dataset", "write_probe"];
const population = Object.fromEntries(names.map((name) => [name, ONE]));
const land = Object.fromEntries(
    [...Object.keys(CATALOGUE.land.tables), "dataset", "write_probe"].map((name) => [name, TWO]),
);
const without = (...left: string[]): object =>
    Object.fromEntries(Object.entries(population).filter(([name]) => !left.includes(name)));

const parse = (value: unknown, ...registries: Registry[]): unknown =>
    parseExpected(JSON.stringify(value), "expected.json", registries);

describe("what is expected of a restore", () => {
    it("is what data digest prints, of the registries that are restored", () => {
        expect(parse({ population, land }, "population", "land")).toEqual({ population, land });
        expect(parse({ population, land }, "land")).toEqual({ land });
    });

    it("is what the report of another restore found, also of a registry that was empty", () => {
        expect(parse({ site: "restore", digests: { population }, empty: [] }, "population")).toEqual({ population });
        expect(parse({ digests: { land: {} }, empty: ["land"] }, "land")).toEqual({ land: {} });
        expect(() => parse({ digests: { land: {} }, empty: [] }, "land")).toThrow(/land\.parcel is missing/);
    });

    it.each([
        ["nothing at all", {}, "population.person is missing"],
        ["no table", { population: {} }, "population.person is missing"],
        ["another registry alone", { land }, "population.person is missing"],
        ["not each table", { population: without("person") }, "population.person is missing"],
        ["no registry", { populaton: population }, "populaton is not known; did you mean population?"],
        [
            "no table of it",
            { population: { ...population, persons: ONE } },
            "population.persons is not known; did you mean person?",
        ],
        [
            "no digest",
            { population: { ...population, person: "12" } },
            'population.person is "12"; it must be a digest, of 32',
        ],
        ["a list", [], "[]; it must be a map of keys"],
        ["a report without digests", { digests: {} }, "population.person is missing"],
    ])("is refused where it names %s", (_, value, problem) => {
        expect(() => parse(value, "population")).toThrow(
            /^expected\.json does not say what is expected of population:/,
        );
        expect(() => parse(value, "population")).toThrow(problem);
        expect(() => parse(value, "population")).toThrow(/npm run data -- digest --json.*with every table/);
    });

    it("is refused where it is no JSON", () => {
        expect(() => parseExpected("digests", "it", ["land"])).toThrow(/^it does not say .*\n {2}it is no JSON/);
    });
});

describe("digests compared", () => {
    it("are named, and those that differ with both", () => {
        const expected = { land: { dataset: ONE, parcel: ONE, gone: ONE } };
        expect(compareDigests(expected, { land: { dataset: ONE, parcel: TWO, more: TWO } })).toEqual({
            compared: ["land.dataset", "land.gone", "land.more", "land.parcel"],
            differing: [
                { table: "land.gone", expected: ONE, found: null },
                { table: "land.more", expected: null, found: TWO },
                { table: "land.parcel", expected: ONE, found: TWO },
            ],
        });
    });

    it("differ where nothing was expected, or nothing found", () => {
        expect(compareDigests({}, { land: { parcel: ONE } }).differing).toHaveLength(1);
        expect(compareDigests({ land: { parcel: ONE } }, {}).differing).toHaveLength(1);
    });
});
