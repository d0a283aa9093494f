import fc from "fast-check";
import { Secret } from "../../../../toolchain/plugin/values";
import { secrets } from "../harness";
import { harness } from "./types";

describe("draws", () => {
    test("RandomInteger lies within both ends, and reaches both", async () => {
        const drawn = new Set<unknown>();
        for (let round = 0; round < 200; round++) {
            drawn.add((await harness("RandomInteger").create({ min: -1, max: 1 })).properties["result"]);
        }
        expect([...drawn].sort()).toStrictEqual([-1, 0, 1]);
    });

    test("RandomInteger covers the widest range", async () => {
        await fc.assert(
            fc.asyncProperty(fc.maxSafeInteger(), fc.maxSafeInteger(), async (a, b) => {
                const [min, max] = [Math.min(a, b), Math.max(a, b)];
                const { properties } = await harness("RandomInteger").create({ min, max });
                expect(properties["result"]).toBeGreaterThanOrEqual(min);
                expect(properties["result"]).toBeLessThanOrEqual(max);
            }),
        );
    });

    test("RandomInteger refuses min above max", async () => {
        expect(await harness("RandomInteger").failures({ min: 3, max: 2 })).toStrictEqual([
            "min is 3, more than max, 2: both ends count, min must not exceed max",
        ]);
    });

    test("the same seed gives the same, another seed another", async () => {
        const integers = [];
        const shuffles = [];
        for (const seed of ["a", "a", "b"]) {
            integers.push((await harness("RandomInteger").create({ min: 0, max: 2 ** 40, seed })).id);
            const inputs = Array.from({ length: 30 }, (_, index) => String(index));
            shuffles.push((await harness("RandomShuffle").create({ inputs, seed })).properties["results"]);
        }
        expect(integers[0]).toBe(integers[1]);
        expect(integers[0]).not.toBe(integers[2]);
        expect(shuffles[0]).toStrictEqual(shuffles[1]);
        expect(shuffles[0]).not.toStrictEqual(shuffles[2]);
    });

    test("RandomShuffle uses each item once before any twice", async () => {
        const items = fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 8 });
        await fc.assert(
            fc.asyncProperty(items, fc.nat(20), async (inputs, resultCount) => {
                const { properties } = await harness("RandomShuffle").create({ inputs, resultCount });
                const results = properties["results"] as string[];
                expect(results).toHaveLength(resultCount);
                for (let start = 0; start < results.length; start += inputs.length) {
                    const batch = results.slice(start, start + inputs.length);
                    expect(new Set(batch).size).toBe(batch.length);
                    expect(inputs).toStrictEqual(expect.arrayContaining(batch));
                }
            }),
        );
    });

    test("RandomShuffle of nothing is nothing", async () => {
        const { properties } = await harness("RandomShuffle").create({ inputs: [], resultCount: 3 });
        expect(properties["results"]).toStrictEqual([]);
    });

    test("every permutation of three comes up", async () => {
        const seen = new Set<string>();
        for (let round = 0; round < 300; round++) {
            const { properties } = await harness("RandomShuffle").create({ inputs: ["a", "b", "c"] });
            seen.add((properties["results"] as string[]).join(""));
        }
        expect([...seen].sort()).toStrictEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
    });

    test("what is made from a secret is secret", async () => {
        const { properties } = await harness("RandomShuffle").create({ inputs: ["a", new Secret("b")] });
        expect(secrets(properties)).toStrictEqual(["results"]);
    });

    test("a secret that would show in the id is refused", async () => {
        const failures = await harness("RandomPet").failures({ prefix: new Secret("tajne") });
        expect(failures).toStrictEqual([expect.stringContaining("prefix is a secret")]);
        expect(failures.join()).not.toContain("tajne");
    });
});
