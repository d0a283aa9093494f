import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userlandFolder } from "../../../lab/nodes/userland";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "userland-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

it("is unpacked once for all homes that share their downloads, as those of tests do", () => {
    const shared = join(folder, "cache");
    mkdirSync(join(shared, "userland"), { recursive: true });
    const folders = ["one", "other"].map((name) => {
        const home = join(folder, name);
        mkdirSync(home);
        symlinkSync(shared, join(home, "cache"));
        return realpathSync(userlandFolder(home));
    });
    expect(folders).toEqual([join(realpathSync(shared), "userland"), join(realpathSync(shared), "userland")]);
});
