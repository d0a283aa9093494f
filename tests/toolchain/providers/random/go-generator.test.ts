import { goGenerator } from "../../../../toolchain/providers/random/go-generator";
import { harness } from "./types";

/** Draws below 10, 16, 3 and 2^40 + 1, and permutations, printed by a Go 1.26 program that seeds `math/rand` as upstream does. */
const SEEDS: [string, number[], number[], number[]][] = [
    ["a", [2, 14, 1, 61415206289], [4, 1, 0, 3, 2], [0, 1, 2]],
    ["-", [8, 4, 1, 157596510255], [0, 2, 1, 4, 3], [0, 1, 2]],
    ["12345", [3, 3, 2, 288101585777], [4, 2, 0, 1, 3], [0, 1, 2]],
    ["123456", [8, 2, 1, 11944966625], [0, 3, 2, 1, 4], [0, 1, 2]],
    ["embassy", [7, 5, 1, 571769646627], [2, 4, 1, 3, 0], [1, 0, 2]],
    ["Tallinn ü", [2, 6, 2, 438479199192], [0, 4, 1, 2, 3], [0, 1, 2]],
];

test.each(SEEDS)("the seed %j gives what Go's generator gives", (seed, numbers, first, second) => {
    const bounds = [10n, 16n, 3n, 2n ** 40n + 1n];
    expect(bounds.map((bound) => Number(goGenerator(seed).below(bound)))).toEqual(numbers);
    const generator = goGenerator(seed);
    expect([generator.permutation(5), generator.permutation(3)]).toEqual([first, second]);
});

test("resources with a seed are upstream's", async () => {
    const integer = await harness("RandomInteger").create({ min: 1, max: 3, seed: "12345" });
    expect(integer.properties["result"]).toBe(3);
    const inputs = ["a", "b", "c", "d", "e"];
    const { properties } = await harness("RandomShuffle").create({ inputs, resultCount: 7, seed: "-" });
    expect(properties["results"]).toEqual(["a", "c", "b", "e", "d", expect.any(String), expect.any(String)]);
});
