/** What somebody learns who takes the disks of a stopped site: every file of its folder is searched. */
import { rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { SitePaths } from "../../../lab/paths";
import type { Home } from "../../support/home";
import { filesLike, filesWith, secretTexts } from "../../support/secrets";

/** Keys of any kind, wherever they come from. */
const KEYS = [
    "^-----BEGIN [A-Z ]*PRIVATE KEY-----$",
    "client-key-data: *[A-Za-z0-9+/]{40}",
    // An EncryptionConfiguration's.
    "^[- ]*secret: *[A-Za-z0-9+/]{40}",
];
const PROOF = "proof";

/** Paths below the site's folder, sorted: `*` stands for a machine, and for a file of the folders in which each has a key. */
export interface OnDisk {
    /** Files with a secret of a stack's state. */
    readonly ofStacks: readonly string[];
    /** Files with a key that is in no state. */
    readonly own: readonly string[];
}

export function foundOnDisks(home: Home, site: string, stacks: readonly string[]): OnDisk {
    const { directory } = new SitePaths(home.path, site);
    const texts = secretTexts(home, stacks);
    if (texts.length < 200) {
        throw new Error(`only ${texts.length} secrets are known in the states of ${stacks.join(", ")}`);
    }
    const from = (files: readonly string[]): string[] => {
        const names = files.map((file) => relative(directory, file).replace(/^(machines|pki|config)\/[^/]+/, "$1/*"));
        return [...new Set(names)].sort();
    };
    // A search that finds nothing must be one that would.
    const proof = join(directory, PROOF);
    writeFileSync(proof, `{"found":"${texts[0] ?? ""}"}`);
    try {
        const found = from(filesWith(texts, [directory]));
        if (!found.includes(PROOF)) {
            throw new Error(`the search does not even find ${proof}`);
        }
        return { ofStacks: found.filter((name) => name !== PROOF), own: from(filesLike(KEYS, [directory])) };
    } finally {
        rmSync(proof);
    }
}
