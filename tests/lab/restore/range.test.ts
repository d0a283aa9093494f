import {
    type Listing,
    type Range,
    type StanzaInfo,
    checkInstant,
    commonInstant,
    rangeOf,
    reaching,
    segmentsOf,
} from "../../../lab/restore/range";

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
        const check = (at: number) => () => checkInstant(new Date(at), { population: range });
        expect(check(999_000)).toThrow(
            "1970-01-01T00:16:39.000Z is before the first stored version of population: there are instants from " +
                "1970-01-01T00:16:40.000Z to 1970-01-01T00:50:00.000Z. Give one of those with --at, or leave it out for the last.",
        );
        expect(check(3_000_001)).toThrow(/after the last stored version/);
        expect(check(3_000_000)).not.toThrow();
    });

    it("is said where one of several registries lacks the instant, with the instants that all have", () => {
        const ranges = (...spans: (readonly [registry: string, from: number, to: number])[]): Record<string, Range> =>
            Object.fromEntries(spans.map(([name, from, to]) => [name, { from: new Date(from), to: new Date(to) }]));
        const three = ranges(["land", 1_000, 9_000], ["taxes", 2_000, 7_000], ["pensions", 0, 8_000]);
        expect(() => checkInstant(new Date(1_500), three)).toThrow(
            "1970-01-01T00:00:01.500Z is before the first stored version of taxes: there are instants from " +
                "1970-01-01T00:00:02.000Z to 1970-01-01T00:00:07.000Z. All have those from 1970-01-01T00:00:02.000Z to " +
                "1970-01-01T00:00:07.000Z: give one of them with --at, or fewer registries with --registry.",
        );
        expect(() => checkInstant(new Date(8_500), three)).toThrow(/version of taxes: .*version of pensions: /);
        expect(() => checkInstant(new Date(5_000), three)).not.toThrow();
        expect(() => checkInstant(new Date(1_500), ranges(["land", 1_000, 2_000], ["taxes", 3_000, 4_000]))).toThrow(
            /There is no instant that all have: restore them one at a time, with --registry\.$/,
        );
    });

    it("has an instant that several registries have in common: a segment before the first of their last", () => {
        const ends = [3_000, 2_900, 5_000].map((to) => ({ from: new Date(0), to: new Date(to * 1000) }));
        expect(commonInstant(ends, 60)).toEqual(new Date(2_840_000));
        expect(commonInstant(ends.slice(0, 1), 60)).toBeUndefined();
    });
});

describe("of what was stored with several generations of keys", () => {
    const range = (from: number, to: number): { range: Range } => ({
        range: { from: new Date(from), to: new Date(to) },
    });
    const [newest, before] = [range(2_000, 3_000), range(1_000, 2_500)];

    it.each([
        ["the newest for an instant that both have", 2_200, newest],
        ["the one before it for an earlier one", 1_500, before],
        ["the oldest for one that none has, so that it is said from when there is something", 500, before],
        ["the newest for the last that is stored", undefined, newest],
    ])("takes %s", (_, at, expected) => {
        expect(reaching(at === undefined ? undefined : new Date(at), [newest, before])).toBe(expected);
    });
});

describe("segments of WAL", () => {
    it.each([
        ["1 MiB", "000000010000000000000FFF", "000000010000000100000000", 4095],
        ["16 MiB", "0000000100000000000000FF", "000000010000000100000000", 255],
    ])("of %s are counted on from one logical file to the next", (_, last, next, number) => {
        const listing = Object.fromEntries(
            [last, next].map((name) => [`15-1/${name.slice(0, 16)}/${name}-${hash}.zst`, { type: "file", time: 1 }]),
        );
        expect(segmentsOf(listing).map((segment) => segment.number)).toEqual([number, number + 1]);
    });
});
