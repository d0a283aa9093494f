import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const text = readFileSync(join(ROOT, "docs", "threat-model.md"), "utf8");

describe("the threat model", () => {
    it("names tests that there are", () => {
        const files = [...text.matchAll(/`(tests\/[^`]+)`/g)].map(([, file = ""]) => file);
        expect(files.length).toBeGreaterThan(20);
        expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
    });

    it("has a test for each threat, by its file", () => {
        const [, section = ""] = /\| threat \|.*?\n(.*?)\n\n/s.exec(text) ?? [];
        const rows = section.split("\n").slice(1);
        expect(rows.length).toBeGreaterThanOrEqual(40);
        // "The same" is the proof of the row above.
        expect(rows.filter((row) => !/`tests\/[^`]*`[^|]*\|$|\| the same[^|]*\|$/.test(row))).toEqual([]);
    });

    it("names tests by the names that they have", () => {
        const named = [...text.matchAll(/`(tests\/[^`]+\.ts)`[:,] "([^"]+)"/g)];
        expect(named.length).toBeGreaterThan(40);
        const missing = named.filter(
            ([, file = "", name = ""]) => !readFileSync(join(ROOT, file), "utf8").includes(name),
        );
        expect(missing.map(([all]) => all)).toEqual([]);
    });

    it("has a test, by its name, for each way of tampering", () => {
        const [, section = ""] = /## Tampering.*?\n\n(.*?)\n\n/s.exec(text) ?? [];
        const rows = section.split("\n").slice(2);
        expect(rows.length).toBeGreaterThanOrEqual(12);
        const untested = rows.filter((row) => {
            const [, file, name = ""] = /\| `([^`]+)`: "([^"]+)" \|$/.exec(row) ?? [];
            return file === undefined || !readFileSync(join(ROOT, file), "utf8").includes(`"${name}"`);
        });
        expect(untested).toEqual([]);
    });
});
