/** RandomInteger and RandomShuffle, which can be drawn from a seed; their values are then those of upstream. */
import { randomBytes } from "node:crypto";
import { resource } from "../state-only/schema";
import { below, shuffled } from "./entropy";
import { goGenerator } from "./go-generator";
import { keepers } from "./keepers";

export const randomInteger = resource({
    inputs: {
        keepers,
        min: { type: "integer", required: true },
        max: { type: "integer", required: true },
        seed: { type: "string" },
    },
    outputs: { id: {}, result: {} },
    validate({ min, max }) {
        return min !== undefined && max !== undefined && min > max
            ? [
                  {
                      property: "min",
                      reason: `min is ${min}, more than max, ${max}: both ends count, min must not exceed max`,
                  },
              ]
            : [];
    },
    create({ min, max, seed }) {
        const [low, high] = [BigInt(min), BigInt(max)];
        const bound = high - low + 1n;
        const result = Number(low + (seed ? goGenerator(seed).below(bound) : below(bound, randomBytes)));
        return { id: String(result), outputs: { id: String(result), result } };
    },
    import(id) {
        const parts = /^(-?\d+),(-?\d+),(-?\d+)(?:,([^,]*))?$/.exec(id);
        if (!parts) {
            throw new Error(`cannot import "${id}": give result,min,max or result,min,max,seed, as in 7,1,10`);
        }
        const [, result = "", min, max, seed] = parts;
        return {
            id: result,
            properties: {
                id: result,
                result: Number(result),
                min: Number(min),
                max: Number(max),
                ...(seed !== undefined && { seed }),
            },
        };
    },
});

export const randomShuffle = resource({
    inputs: {
        keepers,
        inputs: { type: "strings", required: true },
        resultCount: { type: "integer", atLeast: 0 },
        seed: { type: "string" },
    },
    outputs: { id: {}, results: {} },
    create({ inputs: items, resultCount = items.length, seed }) {
        const count = items.length === 0 ? 0 : resultCount;
        const generator = seed ? goGenerator(seed) : undefined;
        const permuted = (): string[] =>
            generator?.permutation(items.length).map((index) => items[index] ?? "") ?? shuffled(items, randomBytes);
        // It takes whole permutations one after another, so that no item is repeated before each has been used.
        const results: string[] = [];
        while (results.length < count) {
            results.push(...permuted().slice(0, count - results.length));
        }
        return { id: "-", outputs: { id: "-", results } };
    },
});
