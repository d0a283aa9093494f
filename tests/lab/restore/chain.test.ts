import { type Chain, chainTo, refuseBroken } from "../../../lab/restore/chain";
import type { Listing, StanzaInfo } from "../../../lab/restore/range";

const HASH = "a".repeat(40);
const file = (segment: string): string => `15-1/${segment.slice(0, 16)}/${segment}-${HASH}.zst`;
/** On two timelines and across the end of a logical file: stored at 1000, 1100, and so on. */
const SEGMENTS = [
    "0000000100000000000000FD",
    "0000000100000000000000FE",
    "0000000200000000000000FF",
    "000000020000000100000000",
    "000000020000000100000001",
];
const wal: Listing = Object.fromEntries(
    SEGMENTS.map((segment, index) => [file(segment), { type: "file", time: 1_000 + 100 * index }]),
);
const backup = (label: string, stop: number, start: string, reference: string[] | null = null) => ({
    label,
    timestamp: { stop },
    archive: { start, stop: start },
    reference,
    info: { size: 1_000 },
});
const stanza: StanzaInfo = {
    name: "population",
    status: { code: 0, message: "ok" },
    archive: [{ id: "15-1", max: SEGMENTS[4] ?? null }],
    backup: [backup("A-F", 1_010, SEGMENTS[0] ?? ""), backup("A-F_B-D", 1_210, SEGMENTS[2] ?? "", ["A-F"])],
};
const names = ({ segments }: Chain): string[] => segments.map(({ name }) => name);
const at = (seconds: number): Date => new Date(seconds * 1000);

describe("what a restore takes", () => {
    it("is the newest backup, what it refers to, and all of the log from there on", () => {
        const chain = chainTo(undefined, stanza, wal);
        expect(chain.backups).toEqual(["A-F_B-D", "A-F"]);
        expect(names(chain)).toEqual(SEGMENTS.slice(2));
        expect(chain.bytes).toBe(1_000 + 3 * 16 * 1024 * 1024);
    });

    it("is the last backup before an instant, and the log to the first segment stored after it", () => {
        const chain = chainTo(at(1_150), stanza, wal);
        expect(chain.backups).toEqual(["A-F"]);
        expect(names(chain)).toEqual(SEGMENTS.slice(0, 3));
    });

    it("is all of the log where it was copied, which took place after every instant", () => {
        const copied = Object.fromEntries(Object.keys(wal).map((name) => [name, { type: "file", time: 9_000 }]));
        expect(names(chainTo(at(1_150), stanza, copied, true))).toEqual(SEGMENTS);
    });

    it("has a segment that is not stored, by the name that it had", () => {
        const { [file(SEGMENTS[3] ?? "")]: gone, ...rest } = wal;
        expect(gone).toBeDefined();
        const chain = chainTo(undefined, stanza, rest);
        expect(names(chain)).toEqual(SEGMENTS.slice(2));
        expect(() => refuseBroken("population", undefined, chain, [])).toThrow(
            /population cannot be restored to the last instant: .* 1 stored version is missing or damaged:\n {2}000000020000000100000000: missing\n.*before 1970-01-01T00:20:00.000Z/,
        );
    });
});

describe("damage", () => {
    const refuse = (instant: Date | undefined, object: string) => (): void =>
        refuseBroken("population", instant, chainTo(instant, stanza, wal), [{ object, what: "invalid checksum" }]);

    it.each([file(SEGMENTS[3] ?? ""), "A-F/pg_data/base/1/112.zst", "A-F_B-D"])("of %s is named", (object) => {
        expect(refuse(undefined, object)).toThrow(`  ${object}: invalid checksum`);
    });

    it.each([
        ["another backup's file", at(1_150), "A-F_B-D/pg_data/base/1/112.zst"],
        ["a segment after the instant", at(1_150), file(SEGMENTS[4] ?? "")],
        ["a segment before the backup", undefined, file(SEGMENTS[1] ?? "")],
    ])("of what is not needed stops nothing: %s", (_, instant, object) => {
        expect(refuse(instant, object)).not.toThrow();
    });
});
