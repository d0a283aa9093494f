/** Node.js loads the project's TypeScript as `toolchain/bootstrap.js` has it. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TYPESCRIPT } from "../../command-line/typescript";

const folder = mkdtempSync(join(tmpdir(), "typescript-"));
afterAll(() => rmSync(folder, { recursive: true }));

function run(name: string, files: Readonly<Record<string, string>>): { code: number | null; said: string } {
    const own = join(folder, name);
    mkdirSync(own);
    for (const [file, text] of Object.entries(files)) {
        writeFileSync(join(own, file), text);
    }
    const { status, stdout, stderr } = spawnSync(process.execPath, [...TYPESCRIPT, join(own, "main.ts")], {
        encoding: "utf8",
        env: { NODE_COMPILE_CACHE: join(folder, "cache", "node") },
    });
    return { code: status, said: stdout + stderr };
}

it("is a module without an ending before JSON of the same name, and names its own lines", () => {
    const { code, said } = run("order", {
        "lock.json": "{}",
        "lock.ts":
            "export interface Lock {\n    a: number;\n}\nexport function fail(): never {\n    throw new Error('here');\n}\n",
        "main.ts":
            'import { type Lock, fail } from "./lock";\nconst lock: Lock = { a: 1 };\nconsole.log(lock.a);\nfail();\n',
    });
    expect([code, said]).toEqual([1, expect.stringMatching(/^1\n[^]*lock\.ts:5:/)]);
});

it("is done once for all runs", () => {
    const text = "const once: number = 1;\nconsole.log(once);\n";
    expect(run("once", { "main.ts": text })).toEqual({ code: 0, said: "1\n" });
    const kept = readdirSync(join(folder, "cache", "sucrase"));
    expect(run("twice", { "main.ts": text })).toEqual({ code: 0, said: "1\n" });
    expect(readdirSync(join(folder, "cache", "sucrase"))).toEqual(kept);
});

it("says in which file it does not understand something", () => {
    const { code, said } = run("wrong", { "main.ts": "const = 1;\n" });
    expect([code, said]).toEqual([1, expect.stringMatching(/wrong\/main\.ts: .*1:7/)]);
});
