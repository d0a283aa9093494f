/**
 * Makes room for processes that watch files. The kernel allows each user a number of inotify instances, 128 by default, and a site with real
 * nodes takes about thirty of root's: a kubelet takes 6, a controller manager 6, an API server 3. A process that gets none ends.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { embassyHome } from "../../command-line/paths";
import { LabError } from "../errors";
import { ensureFile, readJson } from "../../command-line/files";

const LIMIT = "/proc/sys/fs/inotify/max_user_instances";
/** Enough for both sites, restore environments and the tests, and for the other programs on the computer. */
export const INSTANCES = 512;

/** The file with the former limit. All sites of this home share it, because the limit applies to the whole computer. */
function recordIn(home: string): string {
    return path.join(home, "inotify.json");
}

/** Raises the limit where it is lower, until {@link giveWatchersBack}. @throws LabError where the kernel refuses */
export async function makeRoomForWatchers(
    report: (message: string) => void,
    home: string = embassyHome,
    limit: string = LIMIT,
): Promise<void> {
    const before = Number(await fs.readFile(limit, "utf8"));
    if (before >= INSTANCES) {
        return;
    }
    // The record is written before the limit: wherever this is interrupted, the record has the former limit.
    await ensureFile(recordIn(home), JSON.stringify({ before }));
    await fs.writeFile(limit, String(INSTANCES)).catch((error: unknown) => {
        throw new LabError(
            `${limit} is ${before}, too few for real nodes, and cannot be raised (${(error as Error).message}). ` +
                `Raise it by hand and run the command again: sysctl fs.inotify.max_user_instances=${INSTANCES}`,
        );
    });
    report(`fs.inotify.max_user_instances raised from ${before} to ${INSTANCES}, until npm run clean`);
}

/**
 * Restores the former limit, unless somebody has changed it since.
 *
 * @returns the restored limit
 */
export async function giveWatchersBack(home: string, limit: string = LIMIT): Promise<number | undefined> {
    const { before } = ((await readJson(recordIn(home))) ?? {}) as { before?: number };
    if (before === undefined || Number(await fs.readFile(limit, "utf8")) !== INSTANCES) {
        return undefined;
    }
    await fs.writeFile(limit, String(before));
    return before;
}
