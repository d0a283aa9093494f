import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repoRoot } from "../../command-line/paths";
import { TYPESCRIPT } from "../../command-line/typescript";

function run(...args: readonly string[]): { code: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [...TYPESCRIPT, join(repoRoot, "data", "main.ts"), ...args],
        // The command must not find a database, even if the tester's own variables name one.
        { encoding: "utf8", env: { ...process.env, PGHOST: "" } },
    );
    return { code: status, output: stdout + stderr };
}

test("help names every command", () => {
    const { code, output } = run("--help");
    expect(code).toBe(0);
    expect(output).toMatch(
        /^ {2}load [^]*^ {2}count [^]*^ {2}digest [^]*^ {2}ask [^]*^ {2}references [^]*^ {2}write [^]*^ {2}lost [^]*^ {2}lag /m,
    );
});

test("an unknown command or option ends with 1, and with the likely one", () => {
    expect(run("lod")).toMatchObject({ code: 1, output: expect.stringContaining("Did you mean load?") as string });
    const { code, output } = run("load", "--poeple", "5");
    expect([code, output]).toEqual([1, expect.stringContaining("Did you mean --people?")]);
});

test("what is wrong is said without a stack", () => {
    expect(run("load", "--people", "none").output).toBe(
        '--people is "none": it must be a whole number from 1 to 10000000.\n',
    );
    expect(run("load", "--registry", "lands").output).toMatch(/^"lands" is not a registry: .*\n$/);
    expect(run("load", "--registry", "land", "--all").output).toMatch(/^--all is every registry, land as well: .*\n$/);
    expect(run("digest", "--site", "narva").output).toMatch(/^There is no site "narva": .*\n$/);
    expect(run("lag", "--site", "tallinn").output).toMatch(/^The site tallinn is primary, .*\n$/);
    expect(run("count")).toEqual({ code: 1, output: expect.stringContaining("PGHOST is not set") as string });
});
