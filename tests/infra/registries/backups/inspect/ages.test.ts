import { type Ages, type Terms, tooOld } from "../../../../../infra/registries/backups/inspect/ages";

const terms: Terms = {
    full: "0 1 * * 0",
    differential: "0 1 * * 1-6",
    archiveTimeout: 60,
    since: "2026-11-01T00:00:00Z",
};
/** A Wednesday. */
const NOW = "2026-11-25T20:00:00Z";
const well: Ages = { full: "2026-11-22T01:05:00Z", version: "2026-11-25T01:05:00Z", wal: "2026-11-25T19:59:00Z" };
const problem = (ages: Ages, now = NOW, since = terms.since): string | undefined =>
    tooOld(ages, { ...terms, since }, Date.parse(now));

describe("what a store holds", () => {
    it("is not too old where each came when it was due", () => {
        expect(problem(well)).toBeUndefined();
        // The backup is late, but within the half day that is allowed.
        expect(problem(well, "2026-11-26T12:00:00Z")).not.toContain("version");
    });

    it.each<[string, Ages, RegExp]>([
        [
            "a full version",
            { ...well, full: "2026-11-15T01:05:00Z" },
            /^the newest full version is of 2026-11-15T01:05:00Z, and one was due by "0 1 \* \* 0"/,
        ],
        ["any version", { ...well, version: "2026-11-22T01:05:00Z" }, /^the newest version is of 2026-11-22/],
        [
            "a segment",
            { ...well, wal: "2026-11-25T19:48:00Z" },
            /^the newest segment of WAL is of .*, and one is due each 60 seconds$/,
        ],
        [
            "segments at all",
            { full: "2026-11-22T01:05:00Z", version: "2026-11-25T01:05:00Z" },
            /^no segment of WAL is in it/,
        ],
        ["everything", {}, /^no full version is in it.*; no segment of WAL is in it/],
    ])("is too old where %s did not come", (_, ages, says) => {
        expect(problem(ages)).toMatch(says);
    });

    it("is not there yet in the first hour", () => {
        expect(problem({}, NOW, "2026-11-25T19:30:00Z")).toBeUndefined();
    });
});
