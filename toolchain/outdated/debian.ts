/** The Debian packages that the images were made from, as each image's list of contents names them. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { candidates, updateLists } from "../debian/packages";
import type { Pin } from "./pins";

/** The parts of an SPDX document that are read. */
interface Contents {
    readonly packages: readonly {
        readonly name: string;
        readonly versionInfo: string;
        readonly externalRefs?: readonly { readonly referenceLocator: string }[];
    }[];
}

/**
 * @param images folder of built images; where none is built, nothing is pinned
 * @param home where the present lists are kept, separately from those of the images, which stay as they are
 * @throws UserError where apt is missing or the mirror cannot be reached
 */
export async function debianPins(images: string, home: string): Promise<Pin[]> {
    const pinned = new Map(contents(images));
    if (pinned.size === 0) {
        return [];
    }
    await updateLists(home);
    const newest = await candidates([...pinned.keys()], home);
    return [...pinned].map(([name, version]) => ({
        from: "debian",
        name,
        pinned: version,
        newest: newest.get(name) ?? version,
    }));
}

function contents(images: string): [name: string, version: string][] {
    const files = existsSync(images) ? readdirSync(images).filter((file) => file.endsWith(".spdx.json")) : [];
    return files.flatMap((file) =>
        (JSON.parse(readFileSync(join(images, file), "utf8")) as Contents).packages
            .filter(({ externalRefs = [] }) =>
                externalRefs.some(({ referenceLocator }) => referenceLocator.startsWith("pkg:deb/")),
            )
            .map(({ name, versionInfo }): [string, string] => [name, versionInfo]),
    );
}
