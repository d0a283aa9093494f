import { fromEnvironment } from "../../data/environment";
import { parseDay, parseOf, parsePeople, parseRate, parseSeed } from "../../data/options";
import { parseRegistry } from "../../data/registries";
import { duration } from "../../command-line/typed";

it("means a number of people", () => {
    expect([parsePeople(undefined, false), parsePeople(undefined, true), parsePeople("5", false)]).toEqual([
        20_000, 1_300_000, 5,
    ]);
    expect(() => parsePeople("5", true)).toThrow(/leave one of the two out/);
    expect(() => parsePeople("0", false)).toThrow('--people is "0"');
    expect(() => parsePeople("1e3", false)).toThrow("whole number from 1 to 10000000");
});

it("means a rate, a time and a seed", () => {
    expect([parseRate("0.5"), duration("--for", "30s"), duration("--for", "1.5m"), duration("--for", "2h")]).toEqual([
        0.5, 30, 90, 7200,
    ]);
    expect(parseSeed("4294967295")).toBe(2 ** 32 - 1);
    expect(() => parseRate("fast")).toThrow("commits a second");
    expect(() => duration("--for", "30")).toThrow("with its unit");
    expect(() => duration("--for", "0s")).toThrow("with its unit");
    expect(() => duration("--wait", "2")).toThrow(`--wait is "2"`);
    expect(() => parseSeed("4294967296")).toThrow("--seed");
});

it("means a day that there is", () => {
    expect([parseDay("2024-02-29"), parseDay(undefined)]).toEqual(["2024-02-29", undefined]);
    expect(() => parseDay("2025-02-29")).toThrow('--at is "2025-02-29"');
    expect(() => parseDay("tomorrow")).toThrow("as 2025-06-30");
    expect(() => parseDay("0000-01-01")).toThrow("from the year 0001 on");
});

it("means a code that a database can take", () => {
    expect([parseOf("õ 1"), parseOf(undefined)]).toEqual(["õ 1", undefined]);
    expect(() => parseOf("a\0b")).toThrow('--of is "a\\u0000b"');
});

it("means one of the registries", () => {
    expect(parseRegistry("identity-documents")).toBe("identity-documents");
    expect(() => parseRegistry("lands")).toThrow(/is not a registry: choose from taxes, land/);
});

describe("a database", () => {
    it("is refused with everything that is wrong with the variables", () => {
        const refusal = (environment: Record<string, string>): string => {
            try {
                return fromEnvironment(environment).name;
            } catch (error) {
                return (error as Error).message;
            }
        };
        expect(refusal({})).toContain("PGHOST is not set");
        const all = refusal({ PGHOST: "a,b", PGPORT: "none", PGSSLMODE: "maybe" });
        expect(all).toContain("one host");
        expect(all).toContain('PGPORT is "none"');
        expect(all).toContain('PGSSLMODE is "maybe"');
        expect(refusal({ PGHOST: "a", PGSSLMODE: "verify-full" })).toContain("PGSSLROOTCERT names no file");
    });

    it("has a name that holds no password", () => {
        const { name } = fromEnvironment({ PGHOST: "db.example", PGUSER: "u", PGDATABASE: "d", PGPASSWORD: "hidden" });
        expect(name).toBe("d at db.example:5432");
    });

    it("that cannot be reached is named, with what to check", async () => {
        const closed = fromEnvironment({ PGHOST: "127.0.0.1", PGPORT: "1", PGUSER: "u", PGDATABASE: "d" });
        await expect(closed.connect()).rejects.toThrow(/d at 127\.0\.0\.1:1 cannot be reached: .*Check PGHOST/);
    });
});
