import { type Instant, instantAt } from "../../infra/conventions/instant";
import { type Chain, chainFrom, upTo } from "../../infra/registries/backups/inspect/chain";
import { baseFor, refuseBroken, segmentAfter } from "../../restore/chain";
import {
    ARCHIVE,
    DIFFERENTIAL,
    FULL,
    SEGMENTS,
    backup,
    file,
    without,
} from "../infra/registries/backups/inspect/fixture";

const [full = backup("", 0, "")] = ARCHIVE.stanza.backup;
const whole = chainFrom(full, ARCHIVE);
/** The end of a segment's last transaction. For segment n it is 1000 + 100 n − 30, because a segment is stored half a minute later. */
const last = (stored: string): Promise<Instant> =>
    Promise.resolve(instantAt(970 + 100 * Number.parseInt(stored.slice(38, 46), 16)));
const numbers = ({ segments }: Chain): number[] => segments.map(({ number }) => number);

describe("the backup that a restore begins with", () => {
    it.each([
        ["the newest for all that is stored", undefined, DIFFERENTIAL],
        ["the last that ended in an earlier second, as pgBackRest has it", 1_951, DIFFERENTIAL],
        ["not one that ended in the same second", 1_950, FULL],
        ["none before the first", 1_250, undefined],
    ])("is %s", (_, seconds, label) => {
        expect(baseFor(seconds === undefined ? undefined : instantAt(seconds), ARCHIVE)?.label).toBe(label);
    });
});

describe("the segment to which an instant takes the log", () => {
    it.each([
        ["is the first that was stored later", 1_560, 6],
        ["is the one after it, where the instant fell while that was on its way to the store", 1_580, 7],
    ])("%s", async (_, seconds, expected) => {
        expect(await segmentAfter(instantAt(seconds), whole, last)).toBe(expected);
    });

    it("is found where all were stored or copied at once, later than every instant", async () => {
        const segments = whole.segments.map((link) => ({
            ...link,
            stored: link.stored && { ...link.stored, time: 9_000 },
        }));
        for (const number of numbers(whole)) {
            expect(await segmentAfter(instantAt(960 + 100 * number), { ...whole, segments }, last)).toBe(number);
        }
    });

    it("may be behind one that is gone, or in which nothing ended", async () => {
        const idle = (stored: string): Promise<Instant | undefined> =>
            stored.includes("000000020000000000000007") ? Promise.resolve(undefined) : last(stored);
        const gone = chainFrom(full, without(ARCHIVE, "000000020000000000000006"));
        expect(await segmentAfter(instantAt(1_560), gone, idle)).toBe(8);
    });
});

describe("a chain that is not whole", () => {
    const refused = (chain: Chain, at?: Instant): Promise<void> => refuseBroken("population", at, chain, [], last);

    it("is refused with what is missing, and the last instant before that", async () => {
        await expect(refused(chainFrom(full, without(ARCHIVE, "000000020000000000000006")))).rejects.toThrow(
            "population cannot be restored to the last instant: of what that takes, 1 stored file is missing or damaged:\n" +
                "  000000020000000000000006: missing\n" +
                "Restore from the other site's store (--from), or to an instant before 1970-01-01T00:24:30.000000Z (--at).",
        );
    });

    it("is refused where a history is missing, with the last instant before the timelines part", async () => {
        await expect(refused(chainFrom(full, without(ARCHIVE, "00000003.history")))).rejects.toThrow(
            / {2}00000003\.history: missing\n.*before 1970-01-01T00:27:50\.000000Z \(--at\)/,
        );
    });

    it("stops nothing before that", async () => {
        const chain = upTo(7, chainFrom(full, without(ARCHIVE, "00000003.history")), full);
        await expect(refused(chain, instantAt(1_600))).resolves.toBeUndefined();
        expect(numbers(chain)).toEqual([2, 3, 4, 5, 6, 7]);
        expect(SEGMENTS).toHaveLength(15);
    });

    it("is refused for damage that pgBackRest finds, and eight are named", async () => {
        const damage = SEGMENTS.map((name) => ({ object: file(name), what: "invalid checksum" }));
        await expect(refuseBroken("population", undefined, whole, damage, last)).rejects.toThrow(/and 7 more\n/);
    });

    it("of a backup's files has no instant before it", async () => {
        await expect(refused(chainFrom(full, { ...ARCHIVE, backups: {} }))).rejects.toThrow(
            `  ${FULL}/backup.manifest: missing\nRestore from the other site's store (--from), or to an instant that takes another backup`,
        );
    });
});
