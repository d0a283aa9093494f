import { mirrorsIn, sources } from "../../../toolchain/debian/sources";
import { Folder } from "../../images/fixture";

const STANZAS = `Types: deb
# http://snapshot.example/archive
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main
`;
const MIRRORS = { archive: "http://mirror.example/debian", security: "http://mirror.example/debian-security" };

describe("the mirrors that a machine's apt knows", () => {
    it.each([
        ["as stanzas", STANZAS],
        [
            "in lines",
            "# deb http://former.example/debian bookworm main\n" +
                "deb [arch=amd64 signed-by=/x.gpg] http://mirror.example/debian trixie main contrib # comment\n" +
                "deb-src http://source.example/debian trixie main\n" +
                "deb http://mirror.example/debian-security trixie-security main\n",
        ],
        [
            "of a release before bookworm",
            "deb http://mirror.example/debian buster main\ndeb http://mirror.example/debian-security buster/updates main\n",
        ],
    ])("are found %s, whatever release it runs", (_, text) => {
        expect(mirrorsIn([text])).toEqual(MIRRORS);
    });

    it.each([
        ["another distribution's", "deb http://archive.example/ubuntu noble main\n"],
        ["another publisher's for the same release", "deb https://download.example/linux/debian trixie stable\n"],
        ["another publisher's, whose suite says so", "deb http://apt.example/pub trixie-pgdg main\n"],
        ["those that are switched off", STANZAS.replaceAll("Types: deb", "Enabled: no\nTypes: deb")],
        ["sources of programs", STANZAS.replaceAll("Types: deb", "Types: deb-src")],
    ])("are not %s", (_, text) => {
        expect(mirrorsIn([text])).toEqual({});
    });
});

describe("sources", () => {
    let folder: Folder;
    beforeEach(() => {
        folder = new Folder();
    });
    afterEach(() => {
        folder.remove();
    });

    it("are a release's, from the machine's mirrors, with its updates and its corrections", () => {
        folder.file("sources.list", "deb http://apt.example/pub trixie-pgdg main\n");
        folder.file("sources.list.d/debian.sources", STANZAS);
        expect(sources("trixie", folder.path, "/nonexistent")).toEqual([
            "deb http://mirror.example/debian trixie main",
            "deb http://mirror.example/debian trixie-updates main",
            "deb http://mirror.example/debian-security trixie-security main",
        ]);
    });

    it("are those of the mirror that is given, and are verified with Debian's keys where a machine has those", () => {
        const keyring = folder.file("keyring.gpg");
        folder.file("sources.list", "deb http://archive.example/ubuntu noble main\n");
        expect(sources("trixie", folder.path, keyring, "http://given.example/")).toEqual([
            `deb [signed-by=${keyring}] http://given.example/debian trixie main`,
            `deb [signed-by=${keyring}] http://given.example/debian trixie-updates main`,
            `deb [signed-by=${keyring}] http://given.example/debian-security trixie-security main`,
        ]);
    });

    it.each([
        ["releases", "deb http://archive.example/ubuntu noble main\n"],
        ["corrections (security)", "deb http://mirror.example/debian trixie main\n"],
    ])("are asked for where a machine knows no mirror of Debian's %s", (what, text) => {
        folder.file("sources.list", text);
        expect(() => sources("trixie", folder.path)).toThrow(`names no mirror of Debian's ${what}`);
        expect(() => sources("trixie", folder.path)).toThrow("set EMBASSY_DEBIAN_MIRROR");
    });
});
