/** The commands in the pipelines exist with their options. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { split } from "shlex";
import { parseArguments } from "../../toolchain/cli/arguments";
import { askedOf } from "../../toolchain/cli/reviewed/asked";
import { declaredStacks } from "../../toolchain/cli/stack-file";
import { repoRoot } from "../../command-line/paths";
import { lines } from "./files";
import { TYPESCRIPT } from "../../command-line/typescript";

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
        const { stdout, stderr } = spawnSync(process.execPath, [...TYPESCRIPT, file, ...command, "--help"], {
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
