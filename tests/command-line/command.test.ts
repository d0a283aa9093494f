/** Exit codes and output of commands, as a shell sees them. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repoRoot } from "../../command-line/paths";
import { TYPESCRIPT } from "../../command-line/typescript";

/** Runs a command in a process. @param main body of an async function */
function run(main: string): { code: number | null; stdout: string; stderr: string } {
    const program = `
        const { UserError, runCommand } = require(${JSON.stringify(join(repoRoot, "command-line", "command.ts"))});
        const fails = async () => { throw new UserError("what would be right"); };
        const later = () => new Promise((resolve) => setTimeout(resolve, 20));
        runCommand(async () => { ${main} });`;
    const args = [...TYPESCRIPT, "--eval", program];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return { code: status, stdout, stderr };
}

test("a command ends with its own exit code", () => {
    expect(run("return 3")).toEqual({ code: 3, stdout: "", stderr: "" });
});

test("what a person can solve is a sentence, and what is ours comes with its stack", () => {
    expect(run("await fails(); return 0")).toEqual({ code: 1, stdout: "", stderr: "what would be right\n" });
    const { code, stderr } = run("throw new Error('ours')");
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Error: ours\n {4}at /)]);
});

test("what fails before it is waited for is said once, in a sentence, and the command puts things in order", () => {
    const unheard =
        "const work = fails(); try { await later(); await work; } finally { console.log('in order'); } return 0";
    expect(run(unheard)).toEqual({ code: 1, stdout: "in order\n", stderr: "what would be right\n" });
});

test("what fails and is never waited for makes the command fail", () => {
    const never = "void fails(); await later(); return 0";
    expect(run(never)).toEqual({ code: 1, stdout: "", stderr: "what would be right\n" });
});
