/** `images/lock.json`: what each image is, for the stacks. Its shape is `ImageLock` in infra/conventions/images.ts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ImageLock } from "../infra/conventions/images";
import { writeAtomically } from "../toolchain/build/stamp";
import { repoRoot } from "../command-line/paths";
import { ImageError } from "./error";

export const LOCK_FILE = join(repoRoot, "images", "lock.json");

/**
 * Records the images' digests. Those of other images stay, unless the catalogue no longer has them.
 *
 * @throws ImageError where the file exists and is no JSON object
 */
export function recordDigests(
    built: readonly { readonly image: string; readonly digest: string }[],
    names: readonly string[],
    file = LOCK_FILE,
): ImageLock {
    const entries = { ...readLock(file), ...Object.fromEntries(built.map(({ image, digest }) => [image, digest])) };
    const lock = Object.fromEntries(
        Object.entries(entries)
            .filter(([name]) => names.includes(name))
            .sort(([a], [b]) => (a < b ? -1 : 1)),
    );
    writeAtomically(file, `${JSON.stringify(lock, null, 4)}\n`);
    return lock;
}

function readLock(file: string): ImageLock {
    let text: string;
    try {
        text = readFileSync(file, "utf8");
    } catch {
        return {};
    }
    try {
        const lock: unknown = JSON.parse(text);
        if (typeof lock === "object" && lock !== null && !Array.isArray(lock)) {
            return lock as ImageLock;
        }
    } catch {
        // The error is thrown below.
    }
    throw new ImageError(
        `${file} is not what the image build writes, an object of name and digest: remove it and run npm run images again.`,
    );
}
