import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { leavesOut } from "../../images/left-out";
import { tree } from "../../images/tree";
import { Folder, image } from "./fixture";

let root: Folder;
beforeEach(() => {
    root = new Folder();
});
afterEach(() => {
    root.remove();
});

const paths = (declared: Parameters<typeof tree>[0] = image): string[] =>
    tree(declared, root.path).map(({ path }) => path);

describe("tree", () => {
    it("is in order of path, with the folders that hold something", () => {
        root.file("usr/b");
        root.file("usr/a/x");
        root.file("usr/a-b");
        mkdirSync(join(root.path, "usr", "empty"));
        expect(paths()).toEqual(["usr", "usr/a", "usr/a-b", "usr/a/x", "usr/b"]);
    });

    it("takes setuid, setgid and sticky bits away, and gives everything to root", () => {
        chmodSync(root.file("usr/bin/su"), 0o6755);
        chmodSync(join(root.path, "usr/bin"), 0o1777);
        const own = { uid: 0, gid: 0 };
        const [, folder, file] = tree(image, root.path);
        expect(folder).toMatchObject({ path: "usr/bin", mode: 0o777, ...own });
        expect(file).toMatchObject({ path: "usr/bin/su", mode: 0o755, ...own });
    });

    it("keeps the links of merged /usr that lead to something", () => {
        root.file("usr/bin/program");
        mkdirSync(join(root.path, "usr/sbin"));
        symlinkSync("usr/bin", join(root.path, "bin"));
        symlinkSync("usr/sbin", join(root.path, "sbin"));
        expect(paths()).toEqual(["bin", "usr", "usr/bin", "usr/bin/program"]);
    });

    it("leaves out documentation, but for licences", () => {
        root.file("usr/share/doc/sample/README");
        root.file("usr/share/doc/sample/copyright");
        root.file("usr/share/man/man1/sample.1");
        expect(paths().filter((path) => path.includes("sample/") || path.includes("man"))).toEqual([
            "usr/share/doc/sample/copyright",
        ]);
    });

    it("adds declared files and folders with their parents, and owners to folders alone", () => {
        const files = { "/etc/passwd": "root:x:0:0\n" };
        const folders = { "/var/lib/data": { uid: 100, gid: 102, mode: 0o700 } };
        expect(tree({ ...image, files, folders }, root.path)).toMatchObject([
            { path: "etc", type: "directory", mode: 0o755, uid: 0 },
            { path: "etc/passwd", type: "file", mode: 0o644, size: 11, uid: 0 },
            { path: "var", uid: 0 },
            { path: "var/lib", uid: 0 },
            { path: "var/lib/data", type: "directory", mode: 0o700, uid: 100, gid: 102 },
        ]);
    });

    it("refuses a declared file that a package brings", () => {
        root.file("etc/passwd");
        const files = { "/etc/passwd": "" };
        expect(() => paths({ ...image, files })).toThrow(
            /Image sample declares \/etc\/passwd, and a package of it brings a file of that name: add the path to leaveOut/,
        );
        expect(paths({ ...image, files, leaveOut: ["/etc/passwd"] })).toEqual(["etc", "etc/passwd"]);
    });

    it("refuses a declared file behind a link", () => {
        root.file("usr/bin/program");
        symlinkSync("usr/bin", join(root.path, "bin"));
        expect(() => paths({ ...image, files: { "/bin/other": "" } })).toThrow(/\/bin is a symlink: declare the path/);
    });

    it("refuses what is neither file, folder nor link", () => {
        root.file("run/lock");
        execFileSync("mkfifo", [join(root.path, "run/pipe")]);
        expect(() => paths()).toThrow(/Image sample: \/run\/pipe is neither file, folder nor link/);
        expect(paths({ ...image, leaveOut: ["/run/pipe"] })).toEqual(["run", "run/lock"]);
    });
});

describe("leavesOut", () => {
    const isLeftOut = leavesOut(["/usr/lib/*plperl*", "/etc/a.conf"]);

    it.each([
        ["/usr/share/man", true],
        ["/usr/share/man/de/x", true],
        ["/usr/share/manual", false],
        ["/usr/lib/hstore_plperl.so", true],
        ["/usr/lib/deep/hstore_plperl.so", false],
        ["/etc/a.conf", true],
        ["/etc/a_conf", false],
        ["/opt/usr/share/man", false],
        ["/usr/share/doc/x/copyright", false],
        ["/usr/share/doc/x/examples/copyright", true],
    ])("%s: %s", (path, expected) => {
        expect(isLeftOut(path)).toBe(expected);
    });
});
