/** Checks whether kept .deb files still match Debian's signed index: apt itself only compares the size of a file that it already has. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/**
 * @param index what `apt-cache show` printed: one stanza for each version
 * @returns `name_version` → SHA-256, in hexadecimal
 */
export function sumsIn(index: string): Map<string, string> {
    return new Map(
        index.split(/\n\n+/).flatMap((stanza): [string, string][] => {
            const field = (name: string): string => new RegExp(`^${name}: (.+)$`, "m").exec(stanza)?.[1] ?? "";
            const sum = field("SHA256");
            return sum === "" ? [] : [[`${field("Package")}_${field("Version")}`, sum]];
        }),
    );
}

/** The files that differ from the index, or are missing from it. @param sums the result of {@link sumsIn} */
export async function tampered<T extends { readonly name: string; readonly version: string; readonly file: string }>(
    packages: readonly T[],
    sums: ReadonlyMap<string, string>,
): Promise<T[]> {
    const wrong: T[] = [];
    for (const one of packages) {
        const hash = createHash("sha256");
        await pipeline(createReadStream(one.file), hash);
        if (hash.digest("hex") !== sums.get(`${one.name}_${one.version}`)) {
            wrong.push(one);
        }
    }
    return wrong;
}
