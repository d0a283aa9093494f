/** The options with a value in toolchain/cli/arguments.ts are compared with those of the CLI that was built. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArguments } from "../../../toolchain/cli/arguments";
import { binDir } from "../../../command-line/paths";

jest.setTimeout(60_000);

interface Flag {
    readonly spellings: readonly string[];
    readonly takesValue: boolean;
}

/** Commands for which this project's command line looks at a stack. Commands for Pulumi's own service do not matter. */
const OURS =
    /^(cancel|config|destroy|import|logs|new|preview|refresh|stack|state|up|watch)(?! (env|webhook|schedule|drift))\b/;

/** A line of pflag's help: an option's name, the word for its value, followed by `[=…]` if the value is optional, and a description. */
const FLAG = /^ {2}(?: {4}|-(?<letter>\w), )--(?<name>[\w-]+)(?: (?<value>\S+))? {3,}/gm;

function flagsIn(text: string): Flag[] {
    return [...text.matchAll(FLAG)].map(({ groups: { letter, name = "", value } = {} }) => ({
        spellings: [`--${name}`, ...(letter === undefined ? [] : [`-${letter}`])],
        // The default of a switch may stand there as well.
        takesValue: value !== undefined && value !== "false" && !value.includes("[="),
    }));
}

/** Command → options, from the help pages of all commands, which the CLI writes at once. */
function commands(): Map<string, Flag[]> {
    const folder = mkdtempSync(join(tmpdir(), "flags-"));
    try {
        const env = { PATH: process.env["PATH"], PULUMI_HOME: folder, PULUMI_SKIP_UPDATE_CHECK: "1" };
        execFileSync(join(binDir, "pulumi"), ["gen-markdown", folder], { env });
        const pages = readdirSync(folder).filter((name) => name.startsWith("pulumi_") && name.endsWith(".md"));
        return new Map(
            pages.map((page) => [
                page.slice("pulumi_".length, -".md".length).replaceAll("_", " "),
                flagsIn(readFileSync(join(folder, page), "utf8")),
            ]),
        );
    } finally {
        rmSync(folder, { recursive: true });
    }
}

it("each option of each command takes a value where the CLI says so, and no other does", () => {
    const all = commands();
    // These commands change resources or a stack, so each must have `--stack`.
    for (const command of ["up", "preview", "refresh", "destroy", "import", "stack select", "config set"]) {
        expect(all.get(command)?.flatMap(({ spellings }) => spellings)).toContain("--stack");
    }
    const wrong = [...all]
        .filter(([command]) => OURS.test(command))
        .flatMap(([command, flags]) => {
            const words = command.split(" ");
            return flags.flatMap(({ spellings, takesValue }) =>
                spellings
                    .filter((spelling) => {
                        const { words: left } = parseArguments([...words, spelling, "next"]);
                        return (left.length === words.length) !== takesValue;
                    })
                    .map((spelling) => `${command} ${spelling}: takes ${takesValue ? "a" : "no"} value`),
            );
        });
    expect(wrong).toEqual([]);
});
