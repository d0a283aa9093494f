import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../../command-line/paths";
import { chosen } from "../../../toolchain/outdated/go";
import { type Pin, behind, latest, unneeded } from "../../../toolchain/outdated/pins";
import { readReasons } from "../../../toolchain/outdated/reasons";

function pin(name: string, pinned: string, newest: string, from: Pin["from"] = "npm"): Pin {
    return { from, name, pinned, newest };
}

describe("a pin", () => {
    test("is behind where something newer is served, and only then", () => {
        const pins = [
            pin("older", "1.2.3", "1.10.0"),
            pin("same", "1.2.3", "1.2.3"),
            // A mirror may serve an older version than the pinned one.
            pin("ahead", "2.0.0", "1.9.9"),
            pin("module", "v1.2.3", "v1.2.4", "go"),
            pin("package", "1.5.4-5", "1.5.4-5+deb12u1", "debian"),
        ];
        expect(behind(pins, {}).map(({ name }) => name)).toStrictEqual(["package", "module", "older"]);
    });

    test("stays for a reason, until there is a version that the reason does not know", () => {
        const reasons = { lib: { newest: "2.0.0", why: "2 needs another Node.js" } };
        expect(behind([pin("lib", "1.0.0", "2.0.0")], reasons)).toMatchObject([{ why: "2 needs another Node.js" }]);
        expect(behind([pin("lib", "1.0.0", "2.0.1")], reasons)[0]).not.toHaveProperty("why");
    });

    test("that is not behind needs no reason", () => {
        const reasons = { here: { newest: "2.0.0", why: "…" }, gone: { newest: "1.0.0", why: "…" } };
        expect(unneeded([pin("here", "2.0.0", "2.0.0")], reasons)).toStrictEqual(["here", "gone"]);
    });
});

test("the newest is the latest release, not the last one published, nor a candidate", () => {
    expect(latest(["3.0.0", "2.9.1", "10.0.0", "11.0.0-rc.1", "9.9.9"])).toBe("10.0.0");
    expect(latest(["1.0.0-beta.1"])).toBeUndefined();
});

test("a Go module is chosen where a program imports it or a tool is built from it", () => {
    const required = [
        { Path: "example.org/direct" },
        { Path: "example.org/indirect", Indirect: true },
        { Path: "example.org/tools", Indirect: true },
        { Path: "example.org/tools/own", Indirect: true },
    ];
    expect(chosen({ Require: required, Tool: [{ Path: "example.org/tools/own/cmd/it" }] })).toStrictEqual([
        "example.org/direct",
        "example.org/tools/own",
    ]);
    expect(chosen({ Require: null, Tool: null })).toStrictEqual([]);
});

test("every reason is of something that is pinned", () => {
    const modules = join(repoRoot, "toolchain", "modules");
    const pins = [
        readFileSync(join(repoRoot, "package.json"), "utf8"),
        ...readdirSync(modules).map((folder) => readFileSync(join(modules, folder, "go.mod"), "utf8")),
    ].join("\n");
    expect(Object.keys(readReasons()).filter((name) => !pins.includes(name))).toStrictEqual([]);
});
