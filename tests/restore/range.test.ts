import { type Instant, instantAt, justBefore } from "../../infra/conventions/instant";
import type { Archive } from "../../infra/registries/backups/inspect/archive";
import { LabError } from "../../lab/errors";
import { NotYet, type Range, type Storing, checkInstant, commonInstant, rangeOf, reaching } from "../../restore/range";
import { ARCHIVE } from "../infra/registries/backups/inspect/fixture";

const range = (from: number, to: number): Range => ({ from: instantAt(from), to: instantAt(to) });
const RUNNING: Storing = { segmentSeconds: 60, now: instantAt(3_010), isCopy: false };

describe("what can be restored", () => {
    it("goes from the second after the end of the oldest backup to just before the last transaction that is stored", () => {
        expect(rangeOf(ARCHIVE, instantAt(2_630))).toEqual({
            from: "1970-01-01T00:20:51.000000Z",
            to: "1970-01-01T00:43:49.999999Z",
        });
    });

    it("is no instant at all where nothing was committed after the backup", () => {
        const { from, to } = rangeOf(ARCHIVE, undefined);
        expect(to).toBe(justBefore(from));
        expect(() => checkInstant(from, { population: { from, to } }, RUNNING)).toThrow(
            /none: nothing was committed since .* Leave --at out for all that is stored\.$/,
        );
    });

    const { stanza, wal } = ARCHIVE;
    it.each<[string, Archive]>([
        ["no backup", { ...ARCHIVE, stanza: { ...stanza, backup: [] }, wal }],
        ["no log", { ...ARCHIVE, wal: {} }],
    ])("is nothing where there is %s", (_, archive) => {
        expect(() => rangeOf(archive, undefined)).toThrow(/There is no backup of population/);
    });

    it("is said where an instant is not in it, and both ends are in it", () => {
        const check = (at: Instant) => () => checkInstant(at, { population: range(1_000, 3_000) }, RUNNING);
        expect(check(instantAt(999))).toThrow(
            "1970-01-01T00:16:39.000000Z is before the first backup of population: there are instants from " +
                "1970-01-01T00:16:40.000000Z to 1970-01-01T00:50:00.000000Z. Give one of those with --at, or leave it out for the last.",
        );
        expect(check(justBefore(instantAt(1_000)))).toThrow(/before the first backup/);
        expect(check("1970-01-01T00:50:00.000001Z" as Instant)).toThrow(/after the last backup/);
        expect(check(instantAt(1_000))).not.toThrow();
        expect(check(instantAt(3_000))).not.toThrow();
    });

    it("is said where one of several registries lacks the instant, with the instants that all have", () => {
        const three = { land: range(1, 9), taxes: range(2, 7), pensions: range(0, 8) };
        expect(() => checkInstant(instantAt(1), three, RUNNING)).toThrow(
            "1970-01-01T00:00:01.000000Z is before the first backup of taxes: there are instants from " +
                "1970-01-01T00:00:02.000000Z to 1970-01-01T00:00:07.000000Z. All have those from 1970-01-01T00:00:02.000000Z to " +
                "1970-01-01T00:00:07.000000Z: give one of them with --at, or fewer registries with --registry.",
        );
        expect(() => checkInstant(instantAt(9), three, RUNNING)).toThrow(/backup of taxes.*backup of pensions/);
        expect(() => checkInstant(instantAt(5), three, RUNNING)).not.toThrow();
        expect(() => checkInstant(instantAt(1), { land: range(1, 2), taxes: range(3, 4) }, RUNNING)).toThrow(
            /There is no instant that all have: restore them one at a time, with --registry\.$/,
        );
    });

    it("has an instant that several registries have in common: the first of their last", () => {
        expect(commonInstant([range(0, 3_000), range(0, 2_900), range(0, 5_000)])).toBe(instantAt(2_900));
        expect(commonInstant([range(0, 3_000)])).toBeUndefined();
    });
});

describe("what is not stored yet", () => {
    const refusal = (at: number, storing: Storing = RUNNING): unknown => {
        try {
            checkInstant(instantAt(at), { population: range(1_000, 3_000) }, storing);
            return undefined;
        } catch (error) {
            return error;
        }
    };

    it("is refused with when it will be, by a site that runs, and how to wait for it", () => {
        const refused = refusal(3_005);
        expect(refused).toBeInstanceOf(NotYet);
        expect(refused).toMatchObject({
            due: instantAt(3_066),
            message: expect.stringMatching(
                /stores what follows by 1970-01-01T00:51:06\.000000Z, .*--wait 2m\./,
            ) as string,
        });
    });

    it("is refused with why it is not, where it is overdue", () => {
        expect(refusal(3_005, { ...RUNNING, now: instantAt(4_000) })).toMatchObject({
            message: expect.stringMatching(
                /would have been stored by .*: the site is stopped, or its store did not answer/,
            ) as string,
        });
    });

    it.each([
        ["into a copy nothing more comes", 3_005, { ...RUNNING, isCopy: true }],
        ["what was before the first never comes", 900, RUNNING],
    ])("is not waited for where %s", (_, at, storing) => {
        expect(refusal(at, storing)).toBeInstanceOf(LabError);
        expect(refusal(at, storing)).not.toBeInstanceOf(NotYet);
    });
});

describe("of what was stored with several generations of keys", () => {
    const [newest, before] = [
        { generation: 2, range: range(2_000, 3_000) },
        { generation: 1, range: range(1_000, 2_500) },
    ];

    it.each([
        ["the newest for an instant that both have", 2_200, newest],
        ["the one before it for an earlier one", 1_500, before],
        ["the newest for the last that is stored", undefined, newest],
    ])("takes %s", (_, at, expected) => {
        expect(reaching(at === undefined ? undefined : instantAt(at), [newest, before])).toBe(expected);
    });

    it("takes the oldest for an instant that none has, and tells from when to when there is something in any of them", () => {
        const told = reaching(instantAt(500), [newest, before]);
        expect(told).toEqual({ generation: 1, range: range(1_000, 3_000) });
        expect(() => checkInstant(instantAt(500), { population: told.range }, RUNNING)).toThrow(
            "from 1970-01-01T00:16:40.000000Z to 1970-01-01T00:50:00.000000Z",
        );
    });
});
