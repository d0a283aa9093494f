/** A clone of the project as it is here, uncommitted work included, in which a test may change what it likes. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repoRoot } from "../../command-line/paths";

export class Clone {
    /**
     * @param root a folder that is not there yet
     * @param packages `linked`: for what does not look whether they are right; else a copy, which npm may install anew without
     * harm to the project's own. It shares their disk: `root` is on the same one
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

    /** Everything that is otherwise. */
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
