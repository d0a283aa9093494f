import type { Client } from "pg";
import type { Database } from "../../data/database";
import { verify } from "../../restore/verify";

/** A database whose server answers each query with `rows`. */
function serving(rows: (query: string) => readonly object[]): Database {
    const client = { query: (text: string) => Promise.resolve({ rows: rows(text) }), end: () => Promise.resolve() };
    return {
        name: "land in restore",
        advice: { unreachable: "", certificate: "", standby: "", codes: {} },
        connect: () => Promise.resolve(client as unknown as Client),
    };
}

describe("the verification of a restore", () => {
    it("takes a registry without tables for one in which nothing had been written yet", async () => {
        expect(await verify(["land", "population"], () => serving(() => []))).toMatchObject({
            digests: { land: {}, population: {} },
            rows: { land: {}, population: {} },
            empty: ["land", "population"],
            references: [{ from: expect.stringContaining("land.") as string, values: 0, missing: 0 }],
            problems: [],
        });
    });

    it("says what cannot be looked at, and looks at the rest", async () => {
        const broken: Database = {
            ...serving(() => []),
            connect: () => Promise.reject(new Error("population in restore cannot be reached")),
        };
        const { digests, problems } = await verify(["population", "land"], (name) =>
            name === "population" ? broken : serving(() => []),
        );
        expect(digests).toEqual({ land: {} });
        expect(problems).toEqual(["The digests of population: population in restore cannot be reached"]);
    });
});
