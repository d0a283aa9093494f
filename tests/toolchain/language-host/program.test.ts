import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dependencies, packageRoot, runtimeOptions, sdkEntryPoint } from "../../../toolchain/language-host/program";

describe("a Node.js project, as the language host sees it", () => {
    let root: string;
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "program-"));
        manifest(root, { dependencies: { "@pulumi/random": "1", plain: "1", absent: "1" } });
        manifest(join(root, "node_modules", "@pulumi", "random"), { version: "4.21.2", pulumi: { resource: true } });
        manifest(join(root, "node_modules", "plain"), { version: "1.0.0", dependencies: { deep: "2" } });
        manifest(join(root, "node_modules", "deep"), { version: "2.0.0", dependencies: { plain: "1" } });
        mkdirSync(join(root, "infra"));
    });
    afterEach(() => rmSync(root, { recursive: true }));

    function manifest(folder: string, content: object): void {
        mkdirSync(folder, { recursive: true });
        writeFileSync(join(folder, "package.json"), JSON.stringify(content));
    }

    it("has its root at the nearest package.json", () => {
        expect(packageRoot(join(root, "infra"))).toBe(root);
    });

    it("needs the plugins of its installed packages, in their installed versions", () => {
        expect(dependencies(join(root, "infra"), false)).toEqual([
            { name: "@pulumi/random", version: "4.21.2", plugin: "random", server: undefined },
            { name: "plain", version: "1.0.0" },
        ]);
    });

    it("lists what its packages bring when asked, each once, cycles included", () => {
        expect(dependencies(root, true).map(({ name }) => name)).toEqual(["@pulumi/random", "plain", "deep"]);
    });

    it("is told to install itself where the SDK is missing", () => {
        expect(() => sdkEntryPoint(root, "run")).toThrow(/@pulumi\/pulumi is not installed .* run "npm ci"/);
    });

    it.each([
        [{}, { typescript: true, nodeargs: [] }],
        [
            { typescript: false, nodeargs: "--require  tsx/cjs" },
            { typescript: false, nodeargs: ["--require", "tsx/cjs"] },
        ],
        [
            { tsconfig: "tsconfig.program.json", nodeargs: `--title="data embassy" --require './with space.js' a\\ b` },
            {
                typescript: true,
                nodeargs: ["--title=data embassy", "--require", "./with space.js", "a b"],
                tsconfig: "tsconfig.program.json",
            },
        ],
    ])("reads the runtime options %j", (options, parsed) => {
        expect(runtimeOptions(options)).toEqual(parsed);
    });

    it("says where a quotation mark is open", () => {
        expect(() => runtimeOptions({ nodeargs: '--title="data' })).toThrow(/nodeargs.*quotation mark/);
    });
});
