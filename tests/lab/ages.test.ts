import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { agesIn } from "../../lab/ages";
import { DISKS } from "../../lab/objects";
import { SitePaths } from "../../lab/paths";

let home: string;
const paths = (): SitePaths => new SitePaths(home, "narva");

beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "ages-"));
});
afterEach(() => rmSync(home, { recursive: true }));

/** Writes a file of the registry's bucket, as a store keeps it on a disk of its machine. */
function stored(file: string, at: string): void {
    const bucket = join(paths().machine("a1"), "var", DISKS, "local", "0", "objects", "registry-land");
    mkdirSync(dirname(join(bucket, file)), { recursive: true });
    writeFileSync(join(bucket, file), "");
    utimesSync(join(bucket, file), new Date(at), new Date(at));
}

const [FULL, DIFF] = ["20260101-000000F", "20260101-000000F_20260102-000000D"];
const segment = (name: string): string => `${name.slice(0, 16)}/${name}-${"0".repeat(40)}.zst`;

test("a store without anything of a registry has no ages", async () => {
    expect(await agesIn(paths(), "land")).toEqual({});
});

test("the newest counts that is whole, of the newest timeline, with the newest keys", async () => {
    stored(`backup/land/${FULL}/backup.manifest`, "2026-01-01T00:01:00.000Z");
    stored(`backup/land/${DIFF}/backup.manifest`, "2026-01-02T00:01:00.000Z");
    // This backup was interrupted before its manifest was stored.
    stored("backup/land/20260103-000000F/backup.manifest.copy", "2026-01-03T00:01:00.000Z");
    stored("archive/land/archive.info", "2026-01-01T00:00:00.000Z");
    stored(`archive/land/17-1/${segment("000000010000000000000009")}`, "2026-01-02T00:00:00.000Z");
    stored(`archive/land/17-1/${segment("000000020000000000000008")}`, "2026-01-02T02:00:00.000Z");
    stored("archive/land/17-1/0000000200000000/000000020000000000000008.00000028.backup", "2026-01-04T00:00:00.000Z");
    stored("archive/land/17-1/00000002.history", "2026-01-04T00:00:00.000Z");
    expect(await agesIn(paths(), "land")).toEqual({
        full: "2026-01-01T00:01:00.000Z",
        version: "2026-01-02T00:01:00.000Z",
        wal: "2026-01-02T02:00:00.000Z",
    });
    stored(`generation-2/archive/land/17-1/${segment("00000002000000000000000A")}`, "2026-01-05T00:00:00.000Z");
    expect(await agesIn(paths(), "land")).toEqual({ wal: "2026-01-05T00:00:00.000Z" });
});
