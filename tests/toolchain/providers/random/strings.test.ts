import { compare } from "bcryptjs";
import fc from "fast-check";
import { type PropertyMap, UNKNOWN } from "../../../../toolchain/plugin/values";
import { text } from "../harness";
import { harness } from "./types";

describe("generated strings", () => {
    const LOWER = "abcdefghijklmnopqrstuvwxyz";
    const UPPER = LOWER.toUpperCase();
    const DIGITS = "0123456789";
    const SPECIAL = "!@#$%&*()-_=+[]{}<>:?";
    const count = (value: string, among: string): number =>
        Array.from(value).filter((character) => among.includes(character)).length;

    const rules = fc
        .record({
            minLower: fc.nat(5),
            minUpper: fc.nat(5),
            minNumeric: fc.nat(5),
            minSpecial: fc.nat(5),
            lower: fc.boolean(),
            upper: fc.boolean(),
            numeric: fc.boolean(),
            special: fc.boolean(),
            extra: fc.integer({ min: 1, max: 40 }),
            overrideSpecial: fc.constantFrom(undefined, "", "_~", "é€😀"),
        })
        .filter(({ lower, upper, numeric, special }) => lower || upper || numeric || special);

    test("have the length, the minimums and only the characters that the rules allow", async () => {
        await fc.assert(
            fc.asyncProperty(rules, async ({ extra, overrideSpecial, ...given }) => {
                const length = given.minLower + given.minUpper + given.minNumeric + given.minSpecial + extra;
                const inputs = { ...given, length, ...(overrideSpecial !== undefined && { overrideSpecial }) };
                const made = await harness("RandomString").create(inputs);
                const value = text(made.properties["result"]);
                const special = overrideSpecial === undefined || overrideSpecial === "" ? SPECIAL : overrideSpecial;
                const allowed = [
                    given.lower || given.minLower > 0 ? LOWER : "",
                    given.upper || given.minUpper > 0 ? UPPER : "",
                    given.numeric || given.minNumeric > 0 ? DIGITS : "",
                    given.special || given.minSpecial > 0 ? special : "",
                ].join("");
                expect(Array.from(value)).toHaveLength(length);
                expect(count(value, allowed)).toBe(length);
                expect(count(value, LOWER)).toBeGreaterThanOrEqual(given.minLower);
                expect(count(value, UPPER)).toBeGreaterThanOrEqual(given.minUpper);
                expect(count(value, DIGITS)).toBeGreaterThanOrEqual(given.minNumeric);
                expect(count(value, special)).toBeGreaterThanOrEqual(given.minSpecial);
                expect(await harness("RandomString").diff(made, inputs)).toStrictEqual({});
            }),
        );
    });

    test("reach every place with every class, so the required characters are not all in front", async () => {
        const places = new Set<number>();
        for (let round = 0; round < 400; round++) {
            const { id } = await harness("RandomString").create({
                length: 4,
                minUpper: 1,
                upper: false,
                special: false,
            });
            places.add(Array.from(id).findIndex((character) => UPPER.includes(character)));
        }
        expect([...places].sort()).toStrictEqual([0, 1, 2, 3]);
    });

    test("are hashed with bcrypt, of which 72 bytes count", async () => {
        const { properties } = await harness("RandomPassword").create({ length: 80, special: false });
        const [result, hash] = [text(properties["result"]), text(properties["bcryptHash"])];
        expect(await compare(result, hash)).toBe(true);
        expect(await compare(`${result.slice(0, 72)}another`, hash)).toBe(true);
        // No password without special characters begins with one.
        expect(await compare(`!${result.slice(1)}`, hash)).toBe(false);
    });

    test.each<[string, PropertyMap, string]>([
        ["no length", {}, "length is missing: give a whole number, at least 1"],
        ["a length of 0", { length: 0 }, "length is 0: give a whole number, at least 1"],
        ["a length that is no number", { length: "many" }, "length is a string: give a whole number, at least 1"],
        [
            "a misspelt property",
            { length: 8, lenght: 9 },
            "lenght is not a property of this resource: did you mean length?",
        ],
        ["a boolean in words", { length: 8, upper: "yes" }, "upper is a string: give true or false"],
        [
            "more required characters than the length",
            { length: 3, minLower: 2, minSpecial: 2 },
            "length is 3, less than the 4 characters that minLower, minUpper, minNumeric, minSpecial add up to: raise it or lower them",
        ],
        [
            "no characters to choose from",
            { length: 8, lower: false, upper: false, numeric: false, special: false },
            "lower, upper, numeric and special are all false, so no character is left: set one of them to true",
        ],
        [
            "no characters to choose from, in the old name",
            { length: 8, lower: false, upper: false, number: false, special: false },
            "lower, upper, numeric and special are all false, so no character is left: set one of them to true",
        ],
        [
            "the two names of one thing at odds",
            { length: 8, number: false, numeric: true },
            "number and numeric differ: give numeric only, number is its old name",
        ],
    ])("are refused with %s", async (_, given, reason) => {
        expect(await harness("RandomPassword").failures(given)).toStrictEqual([reason]);
        expect(await harness("RandomString").failures(given)).toStrictEqual([reason]);
    });

    test("tell of all mistakes at once", async () => {
        expect(await harness("RandomPassword").failures({ upper: 1, sepcial: true })).toHaveLength(3);
    });

    test("are not judged by what is not known yet", async () => {
        const given = { length: UNKNOWN, minLower: 9, lower: false, upper: false, numeric: UNKNOWN, special: false };
        expect(await harness("RandomPassword").failures(given)).toStrictEqual([]);
    });

    test("take number for numeric, and a change between the two names for none", async () => {
        const made = await harness("RandomString").create({ length: 8, number: false });
        expect(made.properties).toMatchObject({ number: false, numeric: false });
        expect(await harness("RandomString").diff(made, { length: 8, numeric: false })).toStrictEqual({});
    });

    test("read a number from text, as a program in YAML gives it", async () => {
        const made = await harness("RandomString").create({ length: "8", keepers: { version: 1 } });
        expect(made.properties).toMatchObject({ length: 8, keepers: { version: "1" } });
        expect(await harness("RandomString").diff(made, { length: 8, keepers: { version: "1" } })).toStrictEqual({});
    });

    test("lose an empty overrideSpecial in place, and gain any anew", async () => {
        const it_ = harness("RandomPassword");
        const made = await it_.create({ length: 8, overrideSpecial: "" });
        expect(await it_.diff(made, { length: 8 })).toStrictEqual({ overrideSpecial: { kind: "delete" } });
        const delta = { __pulumi_raw_state_delta: { obj: {} } };
        const updated = await it_.update({ ...made, properties: { ...made.properties, ...delta } }, { length: 8 });
        expect({ ...updated.properties, overrideSpecial: "" }).toStrictEqual(made.properties);
        expect(updated.properties).not.toHaveProperty("overrideSpecial");
        expect(await it_.diff(updated, { length: 8, overrideSpecial: "" })).toStrictEqual({
            overrideSpecial: { kind: "add-replace" },
        });
    });
});
