/** The project's own lint rule finds work that may fail before anything waits for it. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { repoRoot } from "../../command-line/paths";

const CODE = `
export async function begun(begin: () => Promise<number>, names: string[]): Promise<unknown> {
    const late = begin();
    const lateList = names.map(() => begin());
    const never = begin();
    await begin();
    const heard = begin().catch(() => 0);
    await begin();
    const atOnce = begin();
    const [one, all] = await Promise.all([atOnce, Promise.all(lateList)]);
    const closure = async (): Promise<number> => (await begin()) + 1;
    const next = closure();
    // Also while late is waited for.
    return [await late, one, all, await heard, await next, never];
}
`;

test("names work that fails unheard while other work is waited for, and nothing else", () => {
    const { stdout } = spawnSync(
        join(repoRoot, "node_modules", ".bin", "eslint"),
        // The rule needs types, so the code is linted under the name of a file of the project.
        ["--stdin", "--stdin-filename", join(repoRoot, "command-line", "together.ts"), "--format", "json"],
        { cwd: repoRoot, encoding: "utf8", input: CODE },
    );
    const [{ messages }] = JSON.parse(stdout) as [{ messages: { ruleId: string; message: string }[] }];
    const named = messages.filter(({ ruleId }) => ruleId === "embassy/heard-late").map(({ message }) => message);
    expect(named.map((message) => message.split(" ")[0])).toEqual(["late", "lateList", "never", "next"]);
    // This takes long, because the types of the whole project are read first.
}, 120_000);
