import { wholenessOf } from "../../../../../infra/registries/backups/inspect/whole";
import { ARCHIVE, ID, backup, without } from "./fixture";

const LATER = 1_000_000;
const objects = (archive = ARCHIVE, now = LATER): { broken: string[]; before: string[] } => {
    const { broken, before } = wholenessOf(archive, [], now);
    return { broken: broken.map(({ object }) => object), before: before.map(({ object }) => object) };
};

describe("what is stored", () => {
    it("is whole where a restore would miss nothing", () => {
        expect(objects()).toEqual({ broken: [], before: [] });
    });

    it.each(["00000003.history", "000000020000000000000006", "00000005000000000000000F"])(
        "is broken where a restore would refuse it: %s",
        (gone) => {
            expect(objects(without(ARCHIVE, gone)).broken).toEqual([gone]);
        },
    );

    it("is broken where pgBackRest finds damage, and where no backup is known", () => {
        const damage = [{ object: "backup.info", what: "missing or damaged" }];
        expect(wholenessOf(ARCHIVE, damage, LATER).broken).toEqual(damage);
        const none = { ...ARCHIVE, stanza: { ...ARCHIVE.stanza, backup: [] } };
        expect(wholenessOf(none, damage, LATER).broken).toEqual(damage);
        expect(wholenessOf(none, [], LATER).broken).toEqual([{ object: "backup.info", what: "lists no backup" }]);
    });

    it("is whole beside what a backup that was interrupted leaves, and not where one that is listed has no list of its files", () => {
        const leftover = { object: "20261129-135731F", what: "manifest missing" };
        expect(wholenessOf(ARCHIVE, [leftover], LATER)).toEqual({ broken: [], before: [] });
        const listed = ARCHIVE.stanza.backup.map(({ label }) => ({ object: label, what: "manifest missing" }));
        expect(wholenessOf(ARCHIVE, [...listed, leftover], LATER).broken).toEqual(listed);
        const damaged = { object: `${leftover.object}/pg_data/base/1/112.zst`, what: "file missing" };
        expect(wholenessOf(ARCHIVE, [damaged], LATER).broken).toEqual([damaged]);
    });

    it("is whole again from the next full backup on, and says what is lacking before it", () => {
        const { stanza } = ARCHIVE;
        const full = backup("20261206-000000F", 9_000, "00000005000000000000000F");
        const again = {
            ...without(ARCHIVE, "000000020000000000000006"),
            stanza: { ...stanza, backup: [...stanza.backup, full] },
            backups: { ...ARCHIVE.backups, [`${full.label}/backup.manifest`]: { type: "file" } },
        };
        expect(objects(again)).toEqual({ broken: [], before: ["000000020000000000000006"] });
    });

    it("is whole while the first segment of a timeline that has just begun is on its way, and no longer", () => {
        const begun = without(ARCHIVE, "0000000500000000");
        const wal = { ...begun.wal, [`${ID}/00000005.history`]: { type: "file", time: LATER - 60 } };
        expect(objects({ ...begun, wal }).broken).toEqual([]);
        expect(objects({ ...begun, wal }, LATER + 3_600).broken).toEqual(["00000005000000000000000E"]);
    });
});
