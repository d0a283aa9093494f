/** The random provider's types, each with valid inputs and another value for every input. */
import type { PropertyMap } from "../../../../toolchain/plugin/values";
import { randomProvider } from "../../../../toolchain/providers/random/provider";
import { Harness } from "../harness";

export const provider = randomProvider();

export function harness(name: string): Harness {
    return new Harness(provider, `random:index/${name.charAt(0).toLowerCase()}${name.slice(1)}:${name}`);
}

export const types: Record<string, { given: PropertyMap; changes: PropertyMap }> = {
    RandomPassword: {
        given: { length: 12 },
        changes: {
            length: 13,
            lower: false,
            upper: false,
            numeric: false,
            special: false,
            minLower: 1,
            minUpper: 1,
            minNumeric: 1,
            minSpecial: 1,
            overrideSpecial: "_",
        },
    },
    RandomString: {
        given: { length: 12, special: false },
        changes: { length: 11, special: true, overrideSpecial: "" },
    },
    RandomId: { given: { byteLength: 8, prefix: "x-" }, changes: { byteLength: 9, prefix: "y-" } },
    RandomBytes: { given: { length: 8 }, changes: { length: 9 } },
    RandomUuid: { given: {}, changes: {} },
    RandomUuid4: { given: {}, changes: {} },
    RandomUuid7: { given: {}, changes: {} },
    RandomPet: { given: {}, changes: { length: 3, prefix: "p", separator: "." } },
    RandomInteger: { given: { min: 1, max: 1000 }, changes: { min: 2, max: 999, seed: "s" } },
    RandomShuffle: {
        given: { inputs: ["a", "b", "c"] },
        changes: { inputs: ["a", "b"], resultCount: 2, seed: "s" },
    },
};
