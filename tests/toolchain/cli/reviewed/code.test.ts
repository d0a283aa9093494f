import { spawnSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../../../../toolchain/cli/reviewed/code";

const repo = mkdtempSync(join(tmpdir(), "code-"));
const plan = join(repo, "tallinn [1].plan");
afterAll(() => rmSync(repo, { recursive: true }));

function git(...args: string[]): string {
    const own = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false"];
    const { status, stdout, stderr } = spawnSync("git", [...own, ...args], { cwd: repo, encoding: "utf8" });
    if (status !== 0) {
        throw new Error(stderr);
    }
    return stdout.trim();
}

beforeAll(() => {
    git("init", "--quiet");
    writeFileSync(join(repo, ".gitignore"), "images/lock.json\n");
    writeFileSync(join(repo, "a.ts"), "a\n");
    git("add", ".");
    git("commit", "--quiet", "--message", "a");
});

describe("the code that a plan is of", () => {
    it("has the digest of the commit's tree where nothing is uncommitted, also with the plan beside it", () => {
        writeFileSync(plan, "{}");
        const { commit, tree } = codeOf(repo, plan);
        expect({ commit, tree }).toEqual({ commit: git("rev-parse", "HEAD"), tree: git("rev-parse", "HEAD^{tree}") });
        // The plan is a file that git ignores, as those under .embassy/ are.
        expect(codeOf(repo, join(repo, "images", "lock.json")).files).toHaveProperty(["a.ts"]);
        rmSync(plan);
        expect(codeOf(repo, plan)).toMatchObject({ tree });
        git("commit", "--quiet", "--allow-empty", "--message", "another commit of the same");
        expect(codeOf(repo, plan)).toMatchObject({ tree });
    });

    it.each([
        ["an edit", () => appendFileSync(join(repo, "a.ts"), "more\n"), "a.ts"],
        ["a file that git does not know", () => writeFileSync(join(repo, "b.ts"), "b\n"), "b.ts"],
        ["a mode", () => chmodSync(join(repo, "a.ts"), 0o755), "a.ts"],
        [
            "the images' digests, which git ignores",
            () => {
                mkdirSync(join(repo, "images"));
                writeFileSync(join(repo, "images", "lock.json"), "{}");
            },
            "images/lock.json",
        ],
    ])("is otherwise for %s, and nothing of it is staged", (_, change, path) => {
        const before = codeOf(repo, plan);
        change();
        const { files } = codeOf(repo, plan);
        expect(files[path]).not.toBe(before.files[path]);
        expect(git("diff", "--cached", "--name-only")).toBe("");
    });

    it("is none outside a clone, which is said", () => {
        const folder = mkdtempSync(join(tmpdir(), "no-clone-"));
        expect(() => codeOf(folder, plan)).toThrow(/of code that git knows, and git rev-parse says/);
        rmSync(folder, { recursive: true });
    });
});
