/**
 * The wide-area link between two sites' networks, with the delay of the real distance; nothing else connects them. Each site runs its own end,
 * so that neither needs the other to come up or to go down.
 */
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { repoRoot } from "../../command-line/paths";
import { ensureFile } from "../../command-line/files";
import type { NetworkInventory } from "../inventory";
import type { Supervised } from "../part";
import { SitePaths, labDirectory } from "../paths";
import type { Process } from "../processes/identity";
import { SYSTEM_PATH, linkInterface } from "./network";
import { stampOf } from "./userland";

/** Milliseconds from Tallinn to Luxembourg and back. */
export const ROUND_TRIP_MS = 38;

const SCRIPTS = path.join(repoRoot, "lab", "nodes");
const SCRIPT = path.join(SCRIPTS, "link.sh");

export function linkName(peer: string): string {
    return `link-${peer}`;
}

/** The socket of this end, which exists while the end runs. */
export function linkSocket({ run }: SitePaths, peer: string): string {
    return path.join(run, `${linkName(peer)}.sock`);
}

/** The file that severs this end while it exists. */
function cutMark({ run }: SitePaths, peer: string): string {
    return path.join(run, `${linkName(peer)}.cut`);
}

/** This site's end of the link to `peer`. @param holder of this site's network */
export function linkPart(
    paths: SitePaths,
    { peers }: NetworkInventory,
    peer: string,
    userland: string,
    holder: Process,
): Supervised {
    const record = paths.record(linkName(peer));
    const sites = labDirectory(paths.home);
    const inRoot = (file: string): string => path.join("/mnt", path.relative(sites, file));
    return {
        name: linkName(peer),
        program: "/usr/bin/nsenter",
        args: [
            `--net=/proc/${holder.pid}/ns/net`,
            "unshare",
            "--mount",
            SCRIPT,
            record,
            userland,
            SCRIPTS,
            sites,
            linkInterface(peer),
            peers[peer] ?? "",
            inRoot(linkSocket(paths, peer)),
            inRoot(linkSocket(new SitePaths(paths.home, peer), paths.site)),
            inRoot(cutMark(paths, peer)),
            String(ROUND_TRIP_MS / 2 / 1000),
        ],
        env: { PATH: SYSTEM_PATH },
        // A new userland takes the place of the folder, and the part's mounts in it are gone.
        reads: [SCRIPT, path.join(SCRIPTS, "cable.py"), stampOf(userland)],
    };
}

export function isCut(paths: SitePaths, peer: string): boolean {
    return existsSync(cutMark(paths, peer));
}

/** Severs or mends this end. That persists over a restart of either site. */
export async function setCut(paths: SitePaths, peer: string, cut: boolean): Promise<void> {
    const mark = cutMark(paths, peer);
    await (cut ? ensureFile(mark, "") : fs.rm(mark, { force: true }));
}
