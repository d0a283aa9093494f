import { type Listing, type StanzaInfo, checkInstant, commonInstant, rangeOf } from "../../../lab/restore/range";

const stanza = (backup: StanzaInfo["backup"]): StanzaInfo => ({
    name: "population",
    status: { code: 0, message: "ok" },
    archive: [{ id: "15-1", max: "000000010000000000000005" }],
    backup,
});
const label = (text: string, stop: number): StanzaInfo["backup"][number] => ({
    label: text,
    timestamp: { stop },
    archive: { start: "000000010000000000000004", stop: "000000010000000000000004" },
    reference: null,
    info: { size: 1_000 },
});
const hash = "a".repeat(40);
const wal: Listing = {
    "0000000100000000": { type: "path" },
    [`0000000100000000/000000010000000000000004-${hash}.zst`]: { type: "file", time: 2_000 },
    [`0000000100000000/000000010000000000000005-${hash}.zst`]: { type: "file", time: 3_000 },
    "archive.info": { type: "file", time: 9_000 },
};

describe("what can be restored", () => {
    it("goes from the end of the oldest backup to the newest stored segment", () => {
        const range = rangeOf(stanza([label("20260101F", 1_000), label("20260102F", 2_500)]), wal);
        expect(range).toEqual({ from: new Date(1_000_000), to: new Date(3_000_000) });
    });

    it.each([
        ["no backup", [], wal],
        ["no log", [label("20260101F", 1_000)], {}],
    ])("is nothing where there is %s", (_, backups, files) => {
        expect(() => rangeOf(stanza(backups), files)).toThrow(/There is no stored version of population/);
    });

    it("is said where an instant is not in it", () => {
        const range = rangeOf(stanza([label("20260101F", 1_000)]), wal);
        expect(() => checkInstant("population", new Date(999_000), range)).toThrow(
            "1970-01-01T00:16:39.000Z is before the first stored version of population: there are instants from " +
                "1970-01-01T00:16:40.000Z to 1970-01-01T00:50:00.000Z.",
        );
        expect(() => checkInstant("population", new Date(3_000_001), range)).toThrow(/after the last stored version/);
        expect(() => checkInstant("population", new Date(3_000_000), range)).not.toThrow();
    });

    it("has an instant that several registries have in common: a segment before the first of their last", () => {
        const ends = [3_000, 2_900, 5_000].map((to) => ({ from: new Date(0), to: new Date(to * 1000) }));
        expect(commonInstant(ends, 60)).toEqual(new Date(2_840_000));
        expect(commonInstant(ends.slice(0, 1), 60)).toBeUndefined();
    });
});
