import { execFileSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RELEASE, listsDigest } from "../../../toolchain/debian/packages";
import { unpack } from "../../../toolchain/debian/unpack";
import { Folder } from "../../images/fixture";

const hasDpkg = ((): boolean => {
    try {
        execFileSync("dpkg-deb", ["--version"]);
        return true;
    } catch {
        return false;
    }
})();
/** These tests need dpkg-deb, which only Debian and its derivatives have. */
const onDebian = hasDpkg ? describe : describe.skip;

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "unpack-"));
});
afterEach(() => {
    rmSync(folder, { recursive: true });
});

function deb(name: string, files: Record<string, string>): { file: string } {
    const content = new Folder();
    content.file(
        "DEBIAN/control",
        `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: x\n`,
    );
    for (const [path, text] of Object.entries(files)) {
        content.file(path, text, 0o755);
    }
    const file = join(folder, `${name}.deb`);
    execFileSync("dpkg-deb", ["--build", "--root-owner-group", content.path, file]);
    content.remove();
    return { file };
}

onDebian("unpack", () => {
    it("lays packages with files in /bin and in /usr/bin out in one folder", async () => {
        const root = join(folder, "root");
        await unpack([deb("one", { "bin/sh": "sh" }), deb("two", { "usr/bin/two": "2", "etc/two": "2" })], root);
        expect(readlinkSync(join(root, "bin"))).toBe("usr/bin");
        expect(lstatSync(join(root, "usr/bin/sh")).mode & 0o7777).toBe(0o755);
        expect(readFileSync(join(root, "bin/two"), "utf8")).toBe("2");
        expect(readFileSync(join(root, "etc/two"), "utf8")).toBe("2");
    });

    it("makes the folder anew", async () => {
        const root = join(folder, "root");
        await unpack([deb("one", { "etc/one": "1" })], root);
        await unpack([], root);
        expect(lstatSync(join(root, "etc"), { throwIfNoEntry: false })).toBeUndefined();
    });

    it("names a package that is damaged", async () => {
        const file = join(folder, "broken.deb");
        writeFileSync(file, "no package".repeat(100));
        await expect(unpack([{ file }], join(folder, "root"))).rejects.toThrow(
            /broken\.deb cannot be unpacked into .*root: .*broken\.deb.*not a Debian.*\n.*remove it/,
        );
    });
});

describe("listsDigest", () => {
    it("is undefined where there are no lists, and changes with them", () => {
        expect(listsDigest(folder)).toBeUndefined();
        const home = new Folder();
        home.file(`cache/debian/${RELEASE}/lists/a_InRelease`, "1");
        const before = listsDigest(home.path);
        home.file(`cache/debian/${RELEASE}/lists/a_Packages.lz4`, "x");
        expect(listsDigest(home.path)).toBe(before);
        home.file(`cache/debian/${RELEASE}/lists/a_InRelease`, "2");
        expect(listsDigest(home.path)).not.toBe(before);
        home.remove();
    });
});
