/** A stamp tells what a part was built from: as long as that is the same and the result is still there, the part is not built again. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Stamp {
    /** Digest of everything that the part was made from. */
    readonly key: string;
    readonly version: string;
    /** The part's files: absolute path → size in bytes. */
    readonly files: Readonly<Record<string, number>>;
    /** Sources of a bundle, so that the next run knows which files to look at. */
    readonly sources?: readonly string[];
    /** Go release of a Go program, `1.26`. It is not in the key, so that a machine without Go keeps what is built. */
    readonly go?: string;
}

function stampFile(bin: string, part: string): string {
    return join(bin, ".stamps", `${part}.json`);
}

/** Undefined where the part was never built here, or not by this version of the builder. */
export function readStamp(bin: string, part: string): Stamp | undefined {
    try {
        return JSON.parse(readFileSync(stampFile(bin, part), "utf8")) as Stamp;
    } catch {
        return undefined;
    }
}

export function writeStamp(bin: string, part: string, stamp: Omit<Stamp, "files">, files: readonly string[]): void {
    const sizes = Object.fromEntries(files.map((file) => [file, statSync(file).size]));
    writeAtomically(stampFile(bin, part), JSON.stringify({ ...stamp, files: sizes } satisfies Stamp));
}

/** True where all of the stamp's files are there, with their sizes. */
export function isWhole(stamp: Stamp): boolean {
    return Object.entries(stamp.files).every(
        ([file, size]) => statSync(file, { throwIfNoEntry: false })?.size === size,
    );
}

/** Digest of strings and of the content of files; a file that does not exist counts as empty. */
export function digest(strings: readonly string[], files: readonly string[] = []): string {
    const hash = createHash("sha256");
    for (const string of strings) {
        hash.update(string).update("\0");
    }
    for (const file of files) {
        hash.update(readOrEmpty(file)).update("\0");
    }
    return hash.digest("hex");
}

function readOrEmpty(file: string): Buffer {
    try {
        return readFileSync(file);
    } catch {
        return Buffer.alloc(0);
    }
}

/** Even after a kill the file has its former content or the new one, never a part. Callers hold the builder's lock. */
export function writeAtomically(file: string, content: string | Uint8Array, mode = 0o644): void {
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.partial`;
    writeFileSync(draft, content, { mode });
    renameSync(draft, file);
}
