import type { Archive } from "../../../../../infra/registries/backups/inspect/archive";
import { type Chain, brokenIn, chainFrom, upTo } from "../../../../../infra/registries/backups/inspect/chain";
import { ARCHIVE, DIFFERENTIAL, FULL, SEGMENTS, backup, file, listing, without } from "./fixture";

const [full = backup("", 0, ""), differential = full] = ARCHIVE.stanza.backup;
const names = ({ segments }: Chain): string[] => segments.map(({ name }) => name);
const faults = (archive: Archive, base = full): string[] =>
    brokenIn(chainFrom(base, archive), []).map(({ object, what }) => `${object}: ${what}`);

describe("what a restore takes", () => {
    it("is a backup, what it refers to, and the log from there on, over every timeline as Postgres follows them", () => {
        const chain = chainFrom(differential, ARCHIVE);
        expect(chain.backups).toEqual([DIFFERENTIAL, FULL]);
        expect(names(chain)).toEqual(SEGMENTS.slice(7));
        expect(chain.faults).toEqual([]);
        expect(chain.bytes).toBe(1_000 + 8 * 16 * 1024 * 1024);
    });

    it("has a segment in which a timeline was left from the later one, which has it whole", () => {
        const both = { ...ARCHIVE, wal: { ...ARCHIVE.wal, ...listing("000000010000000000000005") } };
        expect(names(chainFrom(full, both))).toEqual(SEGMENTS);
    });

    it("counts segments of 1 MiB on from one logical file to the next", () => {
        const segments = ["000000010000000000000FFF", "000000010000000100000000"];
        const base = { ...backup(FULL, 0, segments[0] ?? ""), lsn: { start: "0/FFF00028" } };
        const stanza = { ...ARCHIVE.stanza, backup: [base] };
        expect(names(chainFrom(base, { ...ARCHIVE, wal: listing(...segments), histories: {}, stanza }))).toEqual(
            segments,
        );
    });

    it("is counted by the size of the segments, which a backup tells", () => {
        const base = { ...backup(FULL, 0, "000000010000000000000015"), lsn: { start: "0/1500028" } };
        const segments = ["000000010000000000000015", "000000010000000000000016", "000000020000000000000017"];
        const archive = {
            ...ARCHIVE,
            wal: listing(...segments),
            histories: { "00000002.history": "1\t0/17000A0\tno recovery target specified\n" },
            stanza: { ...ARCHIVE.stanza, backup: [base] },
        };
        const chain = chainFrom(base, archive);
        expect(names(chain)).toEqual(segments);
        expect(chain.faults).toEqual([]);
        expect(chain.bytes).toBe(1_000 + 3 * 1024 * 1024);
    });

    it("goes over the end of a logical file", () => {
        const segments = ["0000000100000000000000FE", "0000000100000000000000FF", "000000010000000100000000"];
        const base = backup(FULL, 0, segments[0] ?? "");
        const archive = {
            ...ARCHIVE,
            wal: listing(...segments),
            histories: {},
            stanza: { ...ARCHIVE.stanza, backup: [base] },
        };
        expect(names(chainFrom(base, archive))).toEqual(segments);
    });

    it("ends in the segment to which it is wanted", () => {
        const chain = upTo(
            6,
            chainFrom(full, without(ARCHIVE, "000000020000000000000006", "000000050000000000000010")),
            full,
        );
        expect(names(chain)).toEqual(SEGMENTS.slice(0, 5));
        expect(chain.faults.map(({ object }) => object)).toEqual(["000000020000000000000006"]);
    });
});

describe("what Postgres and pgBackRest pass over in silence", () => {
    it.each([
        ["a history in the middle", "00000003.history: missing", without(ARCHIVE, "00000003.history")],
        ["the last history", "00000005.history: missing", without(ARCHIVE, "00000005.history")],
        [
            "a history that does not open",
            "00000003.history: damaged",
            { ...ARCHIVE, histories: { ...ARCHIVE.histories, "00000003.history": undefined } },
        ],
        [
            "a history that opens as nonsense",
            "00000003.history: damaged",
            { ...ARCHIVE, histories: { ...ARCHIVE.histories, "00000003.history": "1\tnowhere" } },
        ],
        ["a segment", "000000020000000000000006: missing", without(ARCHIVE, "000000020000000000000006")],
        [
            "a segment that is there on another timeline alone",
            "000000020000000000000006: missing",
            {
                ...without(ARCHIVE, "000000020000000000000006"),
                wal: { ...without(ARCHIVE, "000000020000000000000006").wal, ...listing("000000010000000000000006") },
            },
        ],
        [
            "the first segment of a timeline",
            "00000004000000000000000B: missing",
            without(ARCHIVE, "00000004000000000000000B"),
        ],
        [
            "all segments of the newest timeline",
            "00000005000000000000000E: missing",
            without(ARCHIVE, "0000000500000000"),
        ],
        [
            "all of the newest timeline, of which the rest of the one before tells",
            "00000005.history: missing",
            without(ARCHIVE, "0000000500000000", "00000005.history"),
        ],
        [
            "a segment that is stored twice with another content, of which pgBackRest gives neither",
            "000000020000000000000006: stored twice",
            {
                ...ARCHIVE,
                wal: {
                    ...ARCHIVE.wal,
                    [file("000000020000000000000006").replaceAll("a", "b")]: { type: "file", time: 1 },
                },
            },
        ],
        [
            "the last segments, without which a backup is of no use",
            "00000005000000000000000F: missing",
            {
                ...without(ARCHIVE, "00000005000000000000000F", "000000050000000000000010"),
                stanza: {
                    ...ARCHIVE.stanza,
                    backup: [...ARCHIVE.stanza.backup, backup("later", 9_000, "000000050000000000000010")],
                },
            },
        ],
        ["a backup's list of files", `${FULL}/backup.manifest: missing`, { ...ARCHIVE, backups: {} }],
    ])("is named: %s", (_, expected, archive) => {
        expect(faults(archive)).toContain(expected);
    });

    it("is a backup that another refers to, and the list does not know", () => {
        const { stanza } = ARCHIVE;
        const unknown = { ...ARCHIVE, stanza: { ...stanza, backup: stanza.backup.slice(1) } };
        expect(faults(unknown, differential)).toContain(`${FULL}: missing in backup.info`);
    });

    it("is a backup of a timeline that was left before it", () => {
        const late = backup("late", 1_850, "000000020000000000000009");
        expect(faults({ ...ARCHIVE, backups: { "late/backup.manifest": { type: "file" } } }, late)).toContain(
            "late: is of timeline 2, which was left before: Postgres refuses it",
        );
    });

    it.each([
        ["before it is of account", 4, []],
        ["from where it leads astray", 8, ["00000003.history"]],
    ])("is a history %s", (_, number, expected) => {
        const chain = upTo(number, chainFrom(full, without(ARCHIVE, "00000003.history")), full);
        expect(chain.faults.map(({ object }) => object)).toEqual(expected);
    });

    it("is no history of a timeline before the backup's", () => {
        expect(faults(without(ARCHIVE, "00000002.history", "00000003.history"), differential)).toEqual([]);
    });

    it("does not take for ever to name a timeline that cannot be", () => {
        const histories = { ...ARCHIVE.histories, "FFFFFFFF.history": ARCHIVE.histories["00000005.history"] };
        expect(faults({ ...ARCHIVE, histories })).toContain("00000006.history: missing");
    });
});

describe("damage that pgBackRest finds", () => {
    const broken = (object: string, chain = chainFrom(differential, ARCHIVE)): number =>
        brokenIn(chain, [{ object, what: "invalid checksum" }]).length;

    it.each([file("00000003000000000000000A"), `${FULL}/pg_data/base/1/112.zst`, DIFFERENTIAL])(
        "counts: %s",
        (object) => {
            expect(broken(object)).toBe(1);
        },
    );

    it.each([
        ["another backup's file", "20250101-000000F/pg_data/base/1/112.zst"],
        ["a segment before the backup", file("000000020000000000000006")],
        ["the rest of a timeline that was left", file("00000003000000000000000B.partial")],
    ])("of what is not needed does not: %s", (_, object) => {
        expect(broken(object)).toBe(0);
    });
});
