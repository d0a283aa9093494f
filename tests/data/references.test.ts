import fc from "fast-check";
import { allReferences, missing, referringFirst } from "../../data/references";
import { REGISTRIES, type Registry } from "../../data/registries";
import { read } from "./rows";

async function* each(values: readonly string[]): AsyncGenerator<string, void, undefined> {
    for (const value of values) {
        yield await Promise.resolve(value);
    }
}

it("finds exactly the values that are not there", async () => {
    const some = fc.uniqueArray(fc.stringMatching(/^[0-9]{1,2}$/)).map((values) => values.sort());
    await fc.assert(
        fc.asyncProperty(some, some, async (named, there) => {
            const gone = named.filter((value) => !there.includes(value));
            expect(await missing(each(named), each(there))).toEqual({
                values: named.length,
                missing: gone.length,
                examples: gone.slice(0, 5),
            });
        }),
    );
});

it("reads to the end what it looks through: the connection is used again", async () => {
    const there = each(["1", "2", "3"]);
    await missing(each([]), there);
    expect(await there.next()).toEqual({ done: true, value: undefined });
});

it("looks at who refers before it looks at whom", () => {
    const order: readonly string[] = referringFirst();
    expect([...order].sort()).toEqual([...REGISTRIES].sort());
    const wrong = allReferences().filter(({ from, to }) => order.indexOf(from) >= order.indexOf(to.registry));
    expect(wrong).toEqual([]);
});

it("resolves in what is generated, for any seed and however few people", () => {
    const options = fc.record({ seed: fc.nat(2 ** 32 - 1), people: fc.integer({ min: 1, max: 200 }) });
    fc.assert(
        fc.property(options, (some) => {
            const values = (registry: Registry, table: string, column: string): (string | undefined)[] =>
                read(registry, table, some).map((row) => row[column]);
            for (const { from, table, column, to } of allReferences()) {
                const there = new Set(values(to.registry, to.table, to.column));
                const dangling = values(from, table, column).filter(
                    (value) => value !== undefined && !there.has(value),
                );
                expect({ from, table, column, dangling }).toEqual({ from, table, column, dangling: [] });
            }
        }),
        { numRuns: 15 },
    );
});
