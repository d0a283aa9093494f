/** Checks out the base commit as a tree of its own while it is needed. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../command-line/command";
import { withLock } from "../command-line/lock.js";

export interface Base {
    readonly root: string;
    readonly commit: string;
}

export interface Place {
    /** The working tree. */
    readonly repo: string;
    /** Holds the trees of bases and nothing else. */
    readonly folder: string;
}

/** The digests of images are in no commit: both trees have those of the working tree. */
const LOCK = join("images", "lock.json");

/** @throws UserError where there is no such commit */
export async function withBase<T>({ repo, folder }: Place, ref: string, work: (base: Base) => Promise<T>): Promise<T> {
    const commit = commitOf(repo, ref);
    const alone = (): Promise<T> => {
        // The holder of the lock is alone here, so what is found was left behind.
        removeAll(repo, folder);
        // The path is always the same, so that Node.js can use what it compiled the last time.
        const root = join(folder, "base");
        mkdirSync(folder, { recursive: true });
        git(repo, ["worktree", "add", "--detach", "--force", root, commit]);
        if (!existsSync(join(root, "node_modules"))) {
            symlinkSync(join(repo, "node_modules"), join(root, "node_modules"));
        }
        if (existsSync(join(repo, LOCK)) && existsSync(join(root, "images")) && !existsSync(join(root, LOCK))) {
            copyFileSync(join(repo, LOCK), join(root, LOCK));
        }
        return work({ root, commit });
    };
    return withLock(
        `${folder}.lock`,
        async () => {
            try {
                return await alone();
            } finally {
                removeAll(repo, folder);
            }
        },
        (pid) => process.stderr.write(`waiting for process ${pid}, which is previewing\n`),
    );
}

/** Paths in which the working tree differs from the base, including files that git does not know yet. */
export function changedSince({ repo }: Place, { commit }: Base): string[] {
    const listed = [
        ["diff", "--name-only", "--no-renames", "-z", commit],
        ["ls-files", "--others", "--exclude-standard", "--full-name", "-z"],
    ].map((command) => git(repo, command));
    return listed.flatMap((paths) => paths.split("\0").filter((path) => path !== ""));
}

/** Removes only these worktrees: a worktree of somebody's whose disk is absent now must not be pruned. */
function removeAll(repo: string, folder: string): void {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
        const root = join(folder, name);
        // The option is there twice for a worktree that git locks while it is being made. A tree that was killed before that is none yet.
        run(repo, ["worktree", "remove", "--force", "--force", root]);
        rmSync(root, { recursive: true, force: true });
    }
}

function commitOf(repo: string, ref: string): string {
    const found = run(repo, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
    if (found.status === 0) {
        return found.stdout.trim();
    }
    const inside = run(repo, ["rev-parse", "--is-shallow-repository"]);
    if (inside.status !== 0) {
        throw new UserError(`${repo} is no clone that git knows, so there is no base: ${inside.stderr.trim()}`);
    }
    throw new UserError(
        inside.stdout.trim() === "true"
            ? `This clone is shallow and has no ${ref}: run git fetch --unshallow, or fetch that commit, and try again.`
            : `There is no commit ${ref}: name a branch, a tag or a commit that git rev-parse knows, such as HEAD~1 or origin/main.`,
    );
}

function git(repo: string, args: readonly string[]): string {
    const { status, stdout, stderr } = run(repo, args);
    if (status !== 0) {
        throw new UserError(`git ${args.slice(0, 2).join(" ")} failed: ${stderr.trim()}`);
    }
    return stdout;
}

function run(repo: string, args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
    // A person's hooks are meant for that person's own checkouts.
    const command = ["-c", "core.hooksPath=/dev/null", ...args];
    const { status, stdout, stderr, error } = spawnSync("git", command, { cwd: repo, encoding: "utf8" });
    if (error !== undefined) {
        throw new UserError(`git cannot be started (${error.message}): install it and run the command again.`);
    }
    return { status, stdout, stderr };
}
