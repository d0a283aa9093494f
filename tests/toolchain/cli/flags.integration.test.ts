/** Which options take a value is written down in toolchain/cli/arguments.ts, and here asked of the CLI that was built. */
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

/** Commands for which this project's command line looks at a stack. What Pulumi's own service is asked is none of its business. */
const OURS =
    /^(cancel|config|destroy|import|logs|new|preview|refresh|stack|state|up|watch)(?! (env|webhook|schedule|drift))\b/;

/** As pflag prints them: a name, the word for its value, which `[=…]` follows where it may be left out, and what it is for. */
const FLAG = /^ {2}(?: {4}|-(?<letter>\w), )--(?<name>[\w-]+)(?: (?<value>\S+))? {3,}/gm;

function flagsIn(text: string): Flag[] {
    return [...text.matchAll(FLAG)].map(({ groups: { letter, name = "", value } = {} }) => ({
        spellings: [`--${name}`, ...(letter === undefined ? [] : [`-${letter}`])],
        // What a switch is by default may stand there as well.
        takesValue: value !== undefined && value !== "false" && !value.includes("[="),
    }));
}

/** The help of each command, which the CLI writes all at once: command → options. */
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
    // What changes resources, and each has a stack to name.
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
