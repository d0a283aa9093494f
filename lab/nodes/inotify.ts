/**
 * Room for what watches files. The kernel gives each user so many inotify instances, 128 unless told otherwise, and a site
 * with real nodes takes about thirty of root's: a kubelet takes 6, a controller manager 6, an API server 3. One that gets none ends.
 */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { embassyHome } from "../../command-line/paths";
import { LabError } from "../errors";
import { ensureFile, readJson } from "../../command-line/files";

const LIMIT = "/proc/sys/fs/inotify/max_user_instances";
/** Enough for both sites, restore environments and the tests, beside what else the computer runs. */
export const INSTANCES = 512;

/** Where it is kept what the limit was. Of all sites of this home, as the limit is the computer's. */
function recordIn(home: string): string {
    return path.join(home, "inotify.json");
}

/** Raises the limit where it is lower, until {@link giveWatchersBack}. @throws LabError where the kernel does not let us */
export async function makeRoomForWatchers(
    report: (message: string) => void,
    home: string = embassyHome,
    limit: string = LIMIT,
): Promise<void> {
    const before = Number(await fs.readFile(limit, "utf8"));
    if (before >= INSTANCES) {
        return;
    }
    // Before the limit itself: whenever this is cut short, the record is that of the limit before.
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
 * Puts the limit back to what it was, unless somebody has changed it since.
 *
 * @returns what it was put back to
 */
export async function giveWatchersBack(home: string, limit: string = LIMIT): Promise<number | undefined> {
    const { before } = ((await readJson(recordIn(home))) ?? {}) as { before?: number };
    if (before === undefined || Number(await fs.readFile(limit, "utf8")) !== INSTANCES) {
        return undefined;
    }
    await fs.writeFile(limit, String(before));
    return before;
}
