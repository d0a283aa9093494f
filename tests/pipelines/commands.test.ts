/** The commands in the pipelines exist with their options, and the preview of a change is run. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { split } from "shlex";
import { parseArguments } from "../../toolchain/cli/arguments";
import { askedOf } from "../../toolchain/cli/reviewed/asked";
import { declaredStacks } from "../../toolchain/cli/stack-file";
import { embassyHome, repoRoot } from "../../command-line/paths";
import { Clone } from "../support/clone";
import { lines } from "./files";

jest.setTimeout(120_000);

const { scripts } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
};

/** The commands of this project, with their npm script and the words after it. */
const ours = [...new Set(lines)]
    .map((line) => /^npm run (\S+) -- (.*)$/.exec(line))
    .filter((found) => found !== null)
    .map(([line, script = "", rest = ""]) => ({ line, script, words: split(rest) }));

it("whatever a pipeline runs is a command of this project, or one of the few that pass its results on", () => {
    const others = lines.filter((line) => !ours.some((one) => one.line === line));
    expect(others.filter((line) => !/^(npm ci$|cat |echo "tree=|git fetch |plans=|curl --fail )/.test(line))).toEqual(
        [],
    );
    expect([...new Set(ours.map(({ script }) => script))].sort()).toEqual(["drift", "pipelines", "preview", "pulumi"]);
});

describe("a command of ours", () => {
    it.each(ours.filter(({ script }) => script !== "pulumi"))("$line has its options", ({ script, words }) => {
        const [, file = ""] = /bootstrap\.js (\S+)$/.exec(scripts[script] ?? "") ?? [];
        const command = words.filter((word, index) => index === 0 && !word.startsWith("-"));
        const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file, ...command, "--help"], {
            cwd: repoRoot,
            encoding: "utf8",
        });
        const known = [...stdout.matchAll(/(--[a-z-]+)/g)].map(([option]) => option);
        expect({ stderr, unknown: words.filter((word) => word.startsWith("--") && !known.includes(word)) }).toEqual({
            stderr: "",
            unknown: [],
        });
    });

    it.each(ours.filter(({ script }) => script === "pulumi"))(
        "$line saves or applies a plan of a stack",
        ({ words }) => {
            const asked = askedOf(words);
            expect(declaredStacks()).toContain(asked?.stack);
            expect(asked?.file).toBe(`.embassy/plans/${asked?.stack ?? ""}.plan`);
            expect(asked?.does).toBe(parseArguments(words).words[0] === "up" ? "apply" : "save");
        },
    );
});

describe("the preview of a pull request", () => {
    const root = join(embassyHome, "tests", `pipeline-${process.pid}`);
    afterAll(() => rmSync(root, { recursive: true, force: true }));

    it("is made by the very line of the file, and its reports are where later steps take them from", () => {
        const clone = new Clone(root, "copied");
        const file = "Pulumi.yaml";
        const text = readFileSync(join(root, file), "utf8");
        clone.write(file, text.replace(/cpu: "2"/, 'cpu: "3"'));
        clone.commit("a registry has a processor more");
        const line = ours.find(({ script }) => script === "preview")?.line ?? "";
        const environment = {
            ...process.env,
            EMBASSY_HOME: join(root, ".embassy"),
            CI_MERGE_REQUEST_DIFF_BASE_SHA: "HEAD^1",
        };
        const { status, stdout, stderr } = spawnSync("bash", ["-ec", line], {
            cwd: root,
            env: environment,
            encoding: "utf8",
        });
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        const taken = [...lines.join("\n").matchAll(/\.embassy\/reports\/[\w.]+/g)].map(([path]) => path);
        const named = [...taken, "report.sarif", "report.junit.xml"].map((path) =>
            path.replace(/^\.embassy\/reports\//, ""),
        );
        expect(named.filter((name) => !existsSync(join(root, ".embassy", "reports", name)))).toEqual([]);
        expect(readFileSync(join(root, ".embassy", "reports", "report.md"), "utf8")).toMatch(/tallinn/);
        expect(stdout).toMatch(/tallinn/);
    });
});
