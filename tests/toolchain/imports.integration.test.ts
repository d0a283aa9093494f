/** Which imports the lint rules allow, tried on small trees of files. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { repoRoot } from "../../command-line/paths";

interface Cruise {
    readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string } }[] };
}

/** @param imports file → files that it imports. @returns the rules that are broken, in alphabetical order */
function broken(imports: Readonly<Record<string, readonly string[]>>): string[] {
    const tree = mkdtempSync(join(tmpdir(), "imports-"));
    try {
        writeFileSync(join(tree, "tsconfig.json"), "{}");
        const files = new Set([...Object.keys(imports), ...Object.values(imports).flat()]);
        for (const file of files) {
            const lines = (imports[file] ?? []).map((other) => {
                const path = relative(dirname(file), other.replace(/\.ts$/, ""));
                return `import "${path.startsWith(".") ? path : `./${path}`}";`;
            });
            mkdirSync(join(tree, dirname(file)), { recursive: true });
            writeFileSync(join(tree, file), `${lines.join("\n")}\nexport {};\n`);
        }
        const config = join(repoRoot, "toolchain", "lint", "imports.cjs");
        const { stdout } = spawnSync(
            join(repoRoot, "node_modules", ".bin", "depcruise"),
            ["--config", config, "--output-type", "json", "."],
            { cwd: tree, encoding: "utf8" },
        );
        const { violations } = (JSON.parse(stdout) as Cruise).summary;
        return [...new Set(violations.map(({ rule }) => rule.name))].sort();
    } finally {
        rmSync(tree, { recursive: true });
    }
}

test.each([
    ["of files", { "data/one.ts": ["data/two.ts"], "data/two.ts": ["data/one.ts"] }, ["no-circle-of-files"]],
    [
        "of folders within one",
        { "preview/map/one.ts": ["preview/compare/two.ts"], "preview/compare/three.ts": ["preview/map/four.ts"] },
        ["no-circle-of-folders"],
    ],
    [
        "of top-level folders",
        { "lab/one.ts": ["restore/two.ts"], "restore/three.ts": ["lab/four.ts"] },
        ["lab-rests-on-what-is-below-it", "no-circle-of-folders"],
    ],
])("refuse a circle %s", (_, imports, expected) => {
    expect(broken(imports)).toEqual(expected);
});

test.each([
    ["a lower folder needs a higher one", { "lab/one.ts": ["data/two.ts"] }, ["lab-rests-on-what-is-below-it"]],
    [
        "what is declared knows what runs it",
        { "infra/site/one.ts": ["command-line/two.ts"] },
        ["infra-rests-on-what-is-below-it"],
    ],
    ["a program needs tests", { "restore/one.ts": ["tests/support/two.ts"] }, ["restore-rests-on-what-is-below-it"]],
    ["a subject needs the whole", { "infra/keys/one.ts": ["infra/index.ts"] }, ["nothing-in-infra-needs-the-whole"]],
    ["a folder has no place", { "elsewhere/one.ts": ["infra/site/two.ts"] }, ["every-folder-has-its-place"]],
    ["all is in order", { "tests/restore/one.ts": ["restore/two.ts"], "restore/two.ts": ["lab/three.ts"] }, []],
])("say where %s", (_, imports, expected) => {
    expect(broken(imports)).toEqual(expected);
});
