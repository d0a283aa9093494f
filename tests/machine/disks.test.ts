import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isWhole, readStamp, writeStamp } from "../../toolchain/build/stamp";
import { relocateStamps } from "./disks";

describe("the stamps of what a host has built", () => {
    const home = mkdtempSync(join(tmpdir(), "stamps-"));
    afterAll(() => rmSync(home, { recursive: true }));

    it("say of each file that it is whole where the machine has it, also of one that a test's home has made", () => {
        mkdirSync(join(home, "images", "pause", "blobs"), { recursive: true });
        const blob = join(home, "images", "pause", "blobs", "1");
        writeFileSync(blob, "12345");
        writeStamp(join(home, "images"), "pause", { key: "k", version: "1" }, [blob]);
        relocateStamps(home, home);
        expect(readStamp(join(home, "images"), "pause")?.files).toEqual({ [blob]: 5 });

        const moved = { "/elsewhere/.embassy/tests/x-1/images/pause/blobs/1": 5 };
        writeFileSync(
            join(home, "images", ".stamps", "pause.json"),
            JSON.stringify({ key: "k", version: "1", files: moved }),
        );
        relocateStamps(home, home);
        const stamp = readStamp(join(home, "images"), "pause");
        expect(stamp && isWhole(stamp)).toBe(true);
        relocateStamps(home, "/srv/embassy/.embassy");
        expect(Object.keys(readStamp(join(home, "images"), "pause")?.files ?? {})).toEqual([
            "/srv/embassy/.embassy/images/pause/blobs/1",
        ]);
    });
});
