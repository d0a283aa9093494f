import { readFileSync } from "node:fs";
import { CATALOGUE } from "../../data/catalogue";
import { CATALOGUE_FILE, NAMES_FILE, catalogueSource, namesSource } from "../support/registry-lists";
import { REGISTRIES } from "../../data/registries";
import { bytes, read } from "./rows";

const small = { seed: 1, people: 500 };
const tables = REGISTRIES.flatMap((registry) =>
    Object.keys(CATALOGUE[registry].tables).map((table) => [registry, table] as const),
);

describe.each(tables)("%s: %s", (registry, table) => {
    it("has the same bytes for the same seed, and others for another", () => {
        expect(bytes(registry, table, small)).toBe(bytes(registry, table, small));
        expect(bytes(registry, table, small)).not.toBe(bytes(registry, table, { ...small, seed: 2 }));
    });

    it("has rows of all its columns", () => {
        expect(read(registry, table, small).length).toBeGreaterThan(0);
    });
});

it("is generated from what the project declares (npm run expected:update)", () => {
    expect(readFileSync(NAMES_FILE, "utf8")).toBe(namesSource());
    expect(readFileSync(CATALOGUE_FILE, "utf8")).toBe(catalogueSource());
});
