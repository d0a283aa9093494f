/** Commands and options in the documentation exist, and so does everything that they name in a site. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { parse } from "yaml";
import { repoRoot } from "../../command-line/paths";
import { impactProgram } from "../../preview/impact/main";
import { files, pages } from "./markdown";

type Make = (fail: (code: number) => void) => Command;

const mockMade: Command[] = [];
// The files create their command lines, but do not run them.
jest.mock("../../command-line/command", () => ({
    ...jest.requireActual<object>("../../command-line/command"),
    runCommand: (main: () => Promise<unknown>) => void main(),
}));
jest.mock("../../command-line/program", () => ({
    runProgram: (make: Make) => Promise.resolve(mockMade.push(make(() => undefined))),
}));

const { scripts } = JSON.parse(readFileSync(join(repoRoot, "package.json"), "utf8")) as {
    readonly scripts: Readonly<Record<string, string>>;
};

/** A command of this project on a page: its npm script, and the words after `--`. */
interface Shown {
    readonly file: string;
    readonly line: string;
    readonly script: string;
    readonly rest: string;
}

const shown: readonly Shown[] = pages.flatMap(({ file, code, commands }) =>
    [...code, ...commands].flatMap((line) =>
        [...line.matchAll(/\bnpm (?:run (?:-s )?(?<named>[\w:-]+)|(?<own>start|test))(?: -- (?<rest>[^#]*))?/g)].map(
            ({ groups: { named, own, rest = "" } = {} }) => ({ file, line, script: named ?? own ?? "", rest }),
        ),
    ),
);

it("every npm script that a page shows is one", () => {
    expect(shown.length).toBeGreaterThan(50);
    expect(shown.filter(({ script }) => scripts[script] === undefined)).toEqual([]);
});

/** npm script → its command lines, for scripts that use commander. */
function programs(): Map<string, Command[]> {
    const found = new Map<string, Command[]>();
    for (const [script, command] of Object.entries(scripts)) {
        const [, file] = /bootstrap\.js (\S+)$/.exec(command) ?? [];
        if (file !== undefined && readFileSync(join(repoRoot, file), "utf8").includes("runProgram(")) {
            mockMade.length = 0;
            jest.requireActual(join(repoRoot, file));
            found.set(script, [...mockMade]);
        }
    }
    found.get("preview")?.push(impactProgram());
    return found;
}

it("every option that a page shows of a command of ours is one", () => {
    const all = programs();
    expect([...all.keys()]).toEqual(expect.arrayContaining(["start", "lab", "restore", "keys", "data", "preview"]));
    const wrong = shown.flatMap(({ file, line, script, rest }) => {
        const lines = all.get(script);
        return lines === undefined ? [] : unknownIn(rest, lines).map((word) => ({ file, line, word }));
    });
    expect(wrong).toEqual([]);
});

/** Commands and options that no command line has. `up|down` stands for two commands, and `[--base REF|--state FILE]` for two options. */
function unknownIn(rest: string, lines: readonly Command[]): string[] {
    const commands = lines.flatMap((line) => line.commands);
    const named = commands.length === 0 ? [] : (/^[a-z][\w|-]*/.exec(rest)?.[0].split("|") ?? []);
    const chosen = named.length === 0 ? lines : commands.filter((command) => named.includes(command.name()));
    const options = new Set(chosen.flatMap((command) => command.options.map(({ long }) => long)));
    const asked = [...rest.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([option]) => option);
    return [
        ...named.filter((name) => !commands.some((command) => command.name() === name)),
        ...asked.filter((option) => !options.has(option)),
    ];
}

it("what a page asks of a site is declared there: namespaces, containers and schedules", () => {
    // Objects that no stack declares today occur only in the program, between quotation marks.
    const declared = files
        .filter((file) => /^(tests\/expected\/.*\.yaml|infra\/.*\.ts)$/.test(file))
        .map((file) => readFileSync(join(repoRoot, file), "utf8"))
        .join("\n");
    const asked = pages.flatMap(({ file, commands }) =>
        commands
            .filter((line) => line.startsWith("kubectl "))
            .flatMap((line) => [...line.matchAll(/(?: -n | -c |cronjob\/)([a-z][\w-]+)/g)].map(([, name = ""]) => name))
            .map((name) => ({ file, name })),
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter(({ name }) => !new RegExp(`name: "?${name}"?$|"${name}"`, "m").test(declared))).toEqual([]);
});

it("every test that a page runs by its name is there", () => {
    const patterns = pages.flatMap(({ file, code, commands }) =>
        [...code, ...commands].flatMap((line) =>
            [...line.matchAll(/--testPathPattern (\S+)/g)].map(([, pattern = ""]) => ({ file, pattern })),
        ),
    );
    expect(patterns.length).toBeGreaterThan(0);
    const tests = files.filter((file) => file.endsWith(".test.ts"));
    expect(patterns.filter(({ pattern }) => !tests.some((file) => file.includes(pattern)))).toEqual([]);
});

it("every variable of ours that a page names is read by the code", () => {
    const sources = sourceOf(/^(?!tests\/docs\/).*\.(ts|js|sh|py)$/);
    const named = pages.flatMap(({ file, text }) =>
        [...new Set(text.match(/\bEMBASSY_[A-Z_]+/g))].map((name) => ({ file, name })),
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter(({ name }) => !new RegExp(`\\b${name}\\b`).test(sources))).toEqual([]);
});

it("every key of a stack file that a page names is in its section's schema", () => {
    const schemas = sourceOf(/^infra\/.*\.ts$/);
    const sections = files
        .filter((file) => /^Pulumi(\.\w+)?\.yaml$/.test(file))
        .map((file) => parse(readFileSync(join(repoRoot, file), "utf8")) as { readonly config?: object })
        .flatMap(({ config = {} }) => Object.keys(config).map((name) => name.replace("data-embassy:", "")));
    const key = new RegExp(`^(?:data-embassy:)?(${sections.join("|")})\\.(?!json|ts$)(\\w+)`);
    // The changelog is left out, because it also names keys that were removed.
    const today = pages.filter(({ file }) => file !== "CHANGELOG.md");
    const named = today.flatMap(({ file, code }) =>
        code.flatMap((text) => (key.exec(text)?.slice(1) ?? []).slice(1).map((name) => ({ file, text, name }))),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(({ name }) => !new RegExp(`\\b${name}\\??:`).test(schemas))).toEqual([]);
});

function sourceOf(which: RegExp): string {
    return files
        .filter((file) => which.test(file))
        .map((file) => readFileSync(join(repoRoot, file), "utf8"))
        .join("\n");
}
