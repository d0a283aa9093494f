import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArguments } from "../../../toolchain/cli/arguments";
import { withSelectedStack } from "../../../toolchain/cli/selected-stack";
import { stackToMake } from "../../../toolchain/cli/stack-file";
import { repoRoot } from "../../../command-line/paths";

describe("a command line", () => {
    it.each([
        [["up", "-s", "tallinn"], ["up"], { stack: "tallinn" }],
        [["-C", "elsewhere", "--color", "always", "up"], ["up"], { cwd: "elsewhere", color: "always" }],
        [["--non-interactive", "up", "--yes"], ["up"], { "non-interactive": "", yes: "" }],
        [["stack", "-stallinn", "select", "-c"], ["stack", "select"], { stack: "tallinn", create: "" }],
        [["up", "-c", "key=value", "-d"], ["up"], { config: "key=value", debug: "" }],
        [["up", "--refresh", "-r", "-y=false"], ["up"], { refresh: "", r: "", y: "false" }],
        [["import", "-f", "file", "type"], ["import", "type"], { file: "file" }],
        [["up", "-f", "-s"], ["up"], { f: "", stack: "" }],
        [["import", "a", "--", "-s", "b"], ["import", "a", "-s", "b"], {}],
        [[], [], {}],
    ])("%j", (args, words, options) => {
        const found = parseArguments(args);
        expect({ words: found.words, options: Object.fromEntries(found.options) }).toEqual({ words, options });
    });

    it.each([
        [["stack", "init", "narva", "--no-select"], "narva"],
        [["stack", "init", "-sorganization/data-embassy/narva"], "narva"],
        [["stack", "select", "-c", "narva"], "narva"],
        [["stack", "select", "narva"], undefined],
        [["up", "-s", "narva"], undefined],
    ])("%j makes a stack or none", (args, stack) => {
        expect(stackToMake(args)).toBe(stack);
    });
});

describe("a stack that the command line does not name", () => {
    const home = mkdtempSync(join(tmpdir(), "selected-"));
    const backEnd = "file:///state";
    const environment = { PULUMI_HOME: home, PULUMI_BACKEND_URL: backEnd };
    beforeAll(() => {
        const project = createHash("sha1").update(join(repoRoot, "Pulumi.yaml")).digest("hex");
        mkdirSync(join(home, "workspaces"));
        const stacks = { [backEnd]: "organization/data-embassy/tallinn" };
        writeFileSync(join(home, "workspaces", `data-embassy-${project}-workspace.json`), JSON.stringify({ stacks }));
    });
    afterAll(() => rmSync(home, { recursive: true }));

    it("is the selected one of the back end, or the environment's", () => {
        expect(withSelectedStack(["up"], environment)).toEqual(["up", "--stack", "organization/data-embassy/tallinn"]);
        expect(withSelectedStack(["up"], { ...environment, PULUMI_STACK: "narva" })).toEqual([
            "up",
            "--stack",
            "narva",
        ]);
        expect(withSelectedStack(["up"], { ...environment, PULUMI_BACKEND_URL: "s3://state" })).toEqual(["up"]);
    });

    it("is not looked for where one is named, or none is needed", () => {
        expect(withSelectedStack(["up", "-sparnu"], environment)).toEqual(["up", "-sparnu"]);
        expect(withSelectedStack(["stack", "ls"], environment)).toEqual(["stack", "ls"]);
    });
});
