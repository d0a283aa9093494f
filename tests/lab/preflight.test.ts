import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { refuseFullDisk } from "../../lab/preflight";

describe("the disk of a site", () => {
    let directory: string;
    beforeAll(() => {
        directory = mkdtempSync(join(tmpdir(), "disk-"));
    });
    afterAll(() => rmSync(directory, { recursive: true }));

    it("is taken where it has room for the site and its data", async () => {
        await expect(refuseFullDisk(directory, 1)).resolves.toBeUndefined();
    });

    it("is refused where it has not, with what is there and what is needed", async () => {
        const exbibyte = 2 ** 60;
        await expect(refuseFullDisk(directory, exbibyte)).rejects.toThrow(
            new RegExp(
                `Only \\d+ MiB are free on the disk of ${directory}, and a site needs ${2 ** 40 + 512} MiB with its data`,
            ),
        );
    });
});
