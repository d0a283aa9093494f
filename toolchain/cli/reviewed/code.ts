/** Tells which code a plan is of: everything in the working tree, committed or not. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, join, relative, resolve } from "node:path";
import { UserError } from "../../../command-line/command";
import type { Bound } from "./plan-file";

/** The program reads these files, and no commit has them. */
const IGNORED = ["images/lock.json"];

/**
 * Covers everything that git does not ignore: where nothing is uncommitted, the digest is that of a commit's tree. Nothing is written into
 * the clone.
 *
 * @param leaveOut the plan's own file, which may be in the clone
 * @throws UserError where `repo` is no clone
 */
export function codeOf(repo: string, leaveOut: string): Bound["code"] {
    const commit = git(repo, ["rev-parse", "HEAD"]);
    const folder = mkdtempSync(join(tmpdir(), "embassy-tree-"));
    try {
        const index = join(folder, "index");
        const own = resolve(repo, git(repo, ["rev-parse", "--git-path", "index"]));
        if (existsSync(own)) {
            // git's index knows which files are unchanged, so only the others are read.
            copyFileSync(own, index);
        }
        const objects = join(folder, "objects");
        mkdirSync(objects);
        const environment = {
            GIT_INDEX_FILE: index,
            GIT_OBJECT_DIRECTORY: objects,
            GIT_ALTERNATE_OBJECT_DIRECTORIES: resolve(repo, git(repo, ["rev-parse", "--git-path", "objects"])),
        };
        git(repo, ["add", "--all", "--", "."], environment);
        git(repo, ["update-index", "--force-remove", "--", ...inside(repo, leaveOut)], environment);
        const tree = git(repo, ["write-tree"], environment);
        const listed = git(repo, ["ls-tree", "-r", "-z", tree], environment).split("\0");
        const files = listed.filter((line) => line !== "").map(entryOf);
        return { commit, tree, files: Object.fromEntries([...files, ...ignored(repo)]) };
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

function inside(repo: string, file: string): string[] {
    const path = relative(repo, resolve(file));
    return path.startsWith("..") || isAbsolute(path) ? [] : [path];
}

/** Returns mode and digest: a file that becomes executable is another one. */
function entryOf(line: string): [string, string] {
    const [, mode = "", digest = "", path = ""] = /^(\d+) \w+ (\w+)\t(.*)$/s.exec(line) ?? [];
    return [path, `${mode} ${digest}`];
}

function ignored(repo: string): [string, string][] {
    return IGNORED.filter((path) => existsSync(join(repo, path))).map((path) => [
        path,
        git(repo, ["hash-object", "--", path]),
    ]);
}

function git(repo: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): string {
    const { status, stdout, stderr, error } = spawnSync("git", args, {
        cwd: repo,
        env: { ...process.env, ...environment },
        encoding: "utf8",
        maxBuffer: 256 * 1024 * 1024,
    });
    if (status !== 0) {
        const why = error?.message ?? stderr.trim();
        throw new UserError(`A reviewed plan is of code that git knows, and git ${args[0] ?? ""} says: ${why}`);
    }
    return stdout.trim();
}
