/** Unpacks Debian packages into a folder, with the layout of a current system. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../command-line/command";
import type { DebianPackage } from "./packages";

/** Merged /usr: these are links on a current system, although packages of bookworm still have files below them. */
export const MERGED = ["bin", "lib", "lib64", "sbin"] as const;

/**
 * Unpacks into `root`, after emptying it. The files belong to the user who unpacks, and have the modes that the packages say.
 *
 * @throws UserError naming the package that cannot be unpacked
 */
export async function unpack(packages: readonly Pick<DebianPackage, "file">[], root: string): Promise<void> {
    rmSync(root, { recursive: true, force: true });
    for (const folder of MERGED) {
        mkdirSync(join(root, "usr", folder), { recursive: true });
        symlinkSync(join("usr", folder), join(root, folder));
    }
    for (const { file } of packages) {
        await extract(file, root);
    }
}

/** tar unpacks here, because dpkg-deb --extract would replace the links with folders. */
async function extract(file: string, root: string): Promise<void> {
    const read = spawn("dpkg-deb", ["--fsys-tarfile", file], { stdio: ["ignore", "pipe", "pipe"] });
    const options = ["--keep-directory-symlink", "--no-same-owner", "--same-permissions"];
    const write = spawn("tar", ["--extract", "--file=-", "--directory", root, ...options], {
        stdio: ["pipe", "ignore", "pipe"],
    });
    const [reading, writing] = await Promise.all([
        ended(read),
        ended(write),
        // A process that ends early says why itself; the broken pipe that follows adds nothing.
        pipeline(read.stdout, write.stdin).catch(() => undefined),
    ]);
    // A damaged package makes both processes fail.
    const failure = reading ?? writing;
    if (failure !== undefined) {
        throw new UserError(
            `${file} cannot be unpacked into ${root}: ${failure}\n` +
                "If the package is damaged, remove it and run the command again: it is downloaded anew. " +
                "dpkg-deb and tar come with Debian and systems of its family.",
        );
    }
}

/** What went wrong; undefined where nothing did. */
function ended(child: ChildProcess): Promise<string | undefined> {
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
        said += chunk.toString();
    });
    return new Promise((resolve) => {
        child.once("error", (error) => {
            resolve(error.message);
        });
        child.once("close", (code, signal) => {
            resolve(code === 0 ? undefined : said.trim() || `${child.spawnfile} ended with ${signal ?? String(code)}`);
        });
    });
}
