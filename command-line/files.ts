/** Writes files that are whole at every moment: a kill or a full disk leaves the old content or the new, never a part. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import writeFileAtomic from "write-file-atomic";
import { hasCode } from "./system-error";

/** The mode of files that a run keeps: only their owner can read them, because most of them hold keys, or say where keys are. */
export const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;

export async function makeDirectory(directory: string): Promise<void> {
    await fs.mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
}

export async function readIfThere(file: string): Promise<string | undefined> {
    try {
        return await fs.readFile(file, "utf8");
    } catch (error) {
        if (hasCode(error, "ENOENT")) {
            return undefined;
        }
        throw error;
    }
}

/** Writes only where content or mode differ, so that an unchanged file keeps its time. */
export async function ensureFile(file: string, content: string): Promise<void> {
    if ((await readIfThere(file)) === content) {
        await fs.chmod(file, PRIVATE_FILE);
        return;
    }
    await makeDirectory(path.dirname(file));
    await writeFileAtomic(file, content, { mode: PRIVATE_FILE });
}

/** The parsed file; `undefined` where it is missing or damaged. */
export async function readJson(file: string): Promise<unknown> {
    const text = await readIfThere(file);
    try {
        return text === undefined ? undefined : JSON.parse(text);
    } catch {
        return undefined;
    }
}
