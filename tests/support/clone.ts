/** A clone of the project with its uncommitted work, in which a test may change anything. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repoRoot } from "../../command-line/paths";

export class Clone {
    /**
     * @param root a folder that does not exist yet
     * @param packages `linked` suits tests that only use the packages; a copy can be installed anew by npm without changing
     * the project's own. A copy consists of hard links, so `root` must be on the same disk
     */
    constructor(
        readonly root: string,
        packages: "linked" | "copied",
    ) {
        mkdirSync(root, { recursive: true });
        const listed = git(repoRoot, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate");
        const deleted = new Set(git(repoRoot, "ls-files", "-z", "--deleted").split("\0"));
        for (const file of listed.split("\0").filter((each) => each !== "" && !deleted.has(each))) {
            mkdirSync(dirname(join(root, file)), { recursive: true });
            cpSync(join(repoRoot, file), join(root, file));
        }
        const [own, its] = [repoRoot, root].map((folder) => join(folder, "node_modules")) as [string, string];
        if (packages === "linked") {
            symlinkSync(own, its);
        } else {
            must("cp", ["--archive", "--link", own, its], repoRoot);
        }
        git(root, "init", "--quiet", "--initial-branch", "main");
        this.commit("as it is");
    }

    write(file: string, text: string): void {
        writeFileSync(join(this.root, file), text);
    }

    /** Commits everything that has changed. */
    commit(message: string): void {
        git(this.root, "add", "--all");
        git(this.root, "commit", "--quiet", "--message", message);
    }
}

function git(folder: string, ...args: string[]): string {
    const own = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false"];
    return must("git", [...own, "-c", "core.hooksPath=/dev/null", ...args], folder);
}

function must(command: string, args: readonly string[], cwd: string): string {
    const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
    if (status !== 0) {
        throw new Error(`${command} ${args.join(" ")}: ${stderr}`);
    }
    return stdout;
}
