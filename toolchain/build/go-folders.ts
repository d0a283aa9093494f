/** Copies folders of a Go module out of Go's cache, because a program of that module or the lab reads them as they are. */
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { GoContext } from "./go-build";
import { explainGo } from "./go-errors";
import type { GoJob } from "./parts";
import { run } from "./run";

/** The folder of `part`'s copies: `<folder>/<last part of its path in the module>`. */
export function libraryOf(bin: string, part: string): string {
    return join(bin, "lib", part);
}

/**
 * Copies what the job declares for `part` once its module is downloaded. The copy appears whole or not at all, even after a kill.
 *
 * @returns the files
 */
export async function copyFolders(
    job: Pick<GoJob, "folder" | "module" | "folders">,
    part: string,
    { env, bin, signal }: Pick<GoContext, "env" | "bin" | "signal">,
): Promise<string[]> {
    const folders = job.folders[part] ?? [];
    if (folders.length === 0) {
        return [];
    }
    const outcome = await run("go", ["list", "-m", "-f", "{{.Dir}}", job.module], { cwd: job.folder, env, signal });
    if (outcome.code !== 0) {
        throw explainGo(outcome, { doing: `looking for what ${part} reads as it runs`, folder: job.folder });
    }
    const library = libraryOf(bin, part);
    const draft = `${library}.partial`;
    rmSync(draft, { recursive: true, force: true });
    const files = folders.flatMap((folder) =>
        copyTree(join(outcome.stdout.trim(), folder), join(draft, basename(folder))),
    );
    rmSync(library, { recursive: true, force: true });
    renameSync(draft, library);
    return files.map((file) => join(library, relative(draft, file)));
}

/** The module's tests of these files do not run here. */
const TESTS = /(^|[/-])tests\//;

/** Copies file by file: folders in Go's cache are read-only, and their copies have to be removed one day. @returns the copies */
function copyTree(from: string, to: string): string[] {
    return readdirSync(from, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(from, join(entry.parentPath, entry.name)))
        .filter((file) => !TESTS.test(file))
        .map((file) => {
            const copy = join(to, file);
            mkdirSync(dirname(copy), { recursive: true });
            copyFileSync(join(from, file), copy);
            return copy;
        });
}
