/** Whether kept .deb files are still what Debian's signed index says: apt itself looks at the size of a file that it has already. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream/promises";

/**
 * @param index what `apt-cache show` printed: a stanza for each version, of which these are in it
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

/** Files that are not what the index says, or of which it says nothing. @param sums as {@link sumsIn} has them */
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
