import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
    checkStackFile,
    declaredStacks,
    namedStack,
    removeSalts,
    stackFile,
    withStackCopies,
} from "../../../toolchain/cli/stack-file";

describe("stack files", () => {
    let root: string;
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "stacks-"));
        writeFileSync(stackFile("tallinn", root), "# home\nconfig:\n  data-embassy:site:\n    name: tallinn\n");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    it("are found by name", () => {
        expect(declaredStacks(root)).toEqual(["tallinn"]);
        expect(declaredStacks(join(root, "none"))).toEqual([]);
    });

    it.each([
        [["up", "-s", "tallinn"], "tallinn"],
        [["up", "--stack", "organization/data-embassy/tallinn"], "tallinn"],
        [["--stack=tallinn", "preview"], "tallinn"],
        [["preview", "-stallinn"], "tallinn"],
        [["preview", "-s=tallinn"], "tallinn"],
        [["-s", "tallinn", "preview"], "tallinn"],
        [["up", "-yfstallinn"], "tallinn"],
        [["up", "-s", "narva", "-s", "tallinn"], "tallinn"],
        [["preview"], undefined],
        [["up", "--message", "-s", "tallinn"], undefined],
        [["import", "--", "-s", "tallinn"], undefined],
    ])("are named by %j", (args, stack) => {
        expect(namedStack(args)).toBe(stack);
    });

    it("must be there before a command that needs one", () => {
        expect(() => checkStackFile(["preview", "-s", "narva"], root)).toThrow(
            /"narva" has no file Pulumi\.narva\.yaml; stacks with one are tallinn/,
        );
        expect(() => checkStackFile(["stack", "rm", "-s", "narva"], root)).not.toThrow();
        expect(() => checkStackFile(["up", "-s", "tallinn"], root)).not.toThrow();
        expect(() => checkStackFile(["import", "-s", "narva", "--config-file", "own.yaml"], root)).not.toThrow();
    });

    it.each([
        [["preview", "-snarva"]],
        [["-s", "narva", "preview"]],
        [["--color", "always", "--stack=narva", "up"]],
        [["-C", ".", "destroy", "-s=narva"]],
    ])("must be there, however the stack is named: %j", (args) => {
        expect(() => checkStackFile(args, root)).toThrow(/"narva" has no file/);
    });

    it("are handed to the CLI before what it takes for no option", () => {
        const copies = join(root, "copies");
        expect(withStackCopies(["-stallinn", "import", "--", "a"], copies, root)).toEqual([
            ...["-stallinn", "import", "--config-file", stackFile("tallinn", copies), "--", "a"],
        ]);
    });

    it("are copied for a command that reads them, and left alone themselves", () => {
        const copies = join(root, "copies");
        const copy = stackFile("tallinn", copies);
        expect(withStackCopies(["up", "-s", "tallinn"], copies, root)).toEqual([
            "up",
            "-s",
            "tallinn",
            "--config-file",
            copy,
        ]);
        expect(readFileSync(copy, "utf8")).toBe(readFileSync(stackFile("tallinn", root), "utf8"));
    });

    it("lose the salt that another home has left in them, in a copy and in themselves", () => {
        const before = readFileSync(stackFile("tallinn", root), "utf8");
        const copies = join(root, "copies");
        writeFileSync(stackFile("tallinn", root), `${before}encryptionsalt: v1:abc=:v1:def:ghi==\n`);
        withStackCopies(["up", "-s", "tallinn"], copies, root);
        expect(readFileSync(stackFile("tallinn", copies), "utf8")).toBe(before);
        removeSalts(root);
        expect(readFileSync(stackFile("tallinn", root), "utf8")).toBe(before);
    });

    it("keep the salt where they hold secrets that need it", () => {
        const text = "config:\n  data-embassy:token:\n    secure: v1:x\nencryptionsalt: v1:abc\n";
        writeFileSync(stackFile("tallinn", root), text);
        removeSalts(root);
        expect(readFileSync(stackFile("tallinn", root), "utf8")).toBe(text);
    });

    it("are not needed to make a stack, which is made beside the copies", () => {
        const copies = join(root, "copies");
        expect(withStackCopies(["stack", "init", "narva"], copies, root)).toEqual([
            "-C",
            copies,
            "stack",
            "init",
            "narva",
        ]);
        expect(readFileSync(join(copies, "Pulumi.yaml"), "utf8")).toContain("name: data-embassy");
    });

    it.each([
        [["config", "set", "-s", "tallinn", "key", "value"]],
        [["up", "-s", "tallinn", "--config-file", "own.yaml"]],
        [["up"]],
    ])("are what the user says in %j", (args) => {
        expect(withStackCopies(args, join(root, "copies"), root)).toEqual(args);
    });
});
