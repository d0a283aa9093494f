import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkStackFile, declaredStacks, namedStack, removeSalts, stackFile } from "../../../toolchain/cli/stack-file";

describe("stack files", () => {
    let root: string;
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "stacks-"));
        writeFileSync(stackFile("tallinn", root), "# home\nconfig:\n  data-embassy:site:\n    name: tallinn\n");
    });
    afterEach(() => rmSync(root, { recursive: true }));

    it("are found by name", () => {
        expect(declaredStacks(root)).toEqual(["tallinn"]);
    });

    it.each([
        [["up", "-s", "tallinn"], "tallinn"],
        [["up", "--stack", "organization/data-embassy/tallinn"], "tallinn"],
        [["--stack=tallinn", "preview"], "tallinn"],
        [["preview"], undefined],
    ])("are named by %j", (args, stack) => {
        expect(namedStack(args)).toBe(stack);
    });

    it("must be there before a command that needs one", () => {
        expect(() => checkStackFile(["preview", "-s", "narva"], root)).toThrow(
            /"narva" has no file Pulumi\.narva\.yaml; stacks with one are tallinn/,
        );
        expect(() => checkStackFile(["stack", "rm", "-s", "narva"], root)).not.toThrow();
        expect(() => checkStackFile(["up", "-s", "tallinn"], root)).not.toThrow();
    });

    it("are given back as they were when the CLI has added its salt", () => {
        const before = readFileSync(stackFile("tallinn", root), "utf8");
        writeFileSync(stackFile("tallinn", root), `${before}encryptionsalt: v1:abc=:v1:def:ghi==\n`);
        removeSalts(root);
        expect(readFileSync(stackFile("tallinn", root), "utf8")).toBe(before);
    });

    it("keep the salt where they hold secrets that need it", () => {
        const text = "config:\n  data-embassy:token:\n    secure: v1:x\nencryptionsalt: v1:abc\n";
        writeFileSync(stackFile("tallinn", root), text);
        removeSalts(root);
        expect(readFileSync(stackFile("tallinn", root), "utf8")).toBe(text);
    });
});
