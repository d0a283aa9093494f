/** Tells how old the content of a site's store is, from its disk: neither the site nor its store needs to run. */
import type { Dirent } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { generationSuffix, generationsIn } from "../infra/keys/registry-keys";
import type { Ages } from "../infra/registries/backups/inspect/ages";
import { LabError } from "./errors";
import { hasCode } from "../command-line/system-error";
import type { SitePaths } from "./paths";
import { bucketOnDisk } from "./store-disk";

/**
 * The ages of a registry's newest generation of keys.
 *
 * @throws a system error where the disk cannot be read. A store that has nothing of the registry has no ages.
 */
export async function agesIn(paths: SitePaths, registry: string): Promise<Ages> {
    const bucket = await bucketOnDisk(paths, registry).catch((error: unknown) => {
        if (error instanceof LabError) {
            return undefined;
        }
        throw error;
    });
    if (bucket === undefined) {
        return {};
    }
    const [newest] = generationsIn(await fs.readdir(bucket));
    const suffix = generationSuffix(newest);
    const folder = path.join(bucket, suffix === "" ? "" : `generation${suffix}`);
    const [versions, wal] = await Promise.all([
        versionsIn(path.join(folder, "backup", registry)),
        newestSegment(path.join(folder, "archive", registry)),
    ]);
    const full = newestOf(versions.filter(({ label }) => label.endsWith("F")).map(({ at }) => at));
    const version = newestOf(versions.map(({ at }) => at));
    return {
        ...(full !== undefined && { full }),
        ...(version !== undefined && { version }),
        ...(wal !== undefined && { wal }),
    };
}

/** The versions that were finished: the list of a version's files is stored last. */
async function versionsIn(folder: string): Promise<{ readonly label: string; readonly at: number }[]> {
    const labels = (await entries(folder)).filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const times = await Promise.all(labels.map((label) => modified(path.join(folder, label, "backup.manifest"))));
    return labels.flatMap((label, index) => {
        const at = times[index];
        return at === undefined ? [] : [{ label, at }];
    });
}

/** Segments are in a folder for each 4 GiB of a timeline's log, and each database that was made again has its own folders. */
async function newestSegment(folder: string): Promise<string | undefined> {
    const databases = (await entries(folder)).filter((entry) => entry.isDirectory());
    const times = await Promise.all(
        databases.map(async ({ name: database }) => {
            const logs = (await entries(path.join(folder, database))).filter((entry) => entry.isDirectory());
            const newest = logs
                .map(({ name }) => name)
                .sort()
                .at(-1);
            if (newest === undefined) {
                return [];
            }
            const log = path.join(folder, database, newest);
            const segments = (await entries(log)).filter(({ name }) => SEGMENT.test(name));
            return Promise.all(segments.map(({ name }) => modified(path.join(log, name))));
        }),
    );
    return newestOf(times.flat().filter((at) => at !== undefined));
}

const SEGMENT = /^[\dA-F]{24}-/;

function newestOf(times: readonly number[]): string | undefined {
    return times.length === 0 ? undefined : new Date(Math.max(...times)).toISOString();
}

async function entries(folder: string): Promise<Dirent[]> {
    return absent(fs.readdir(folder, { withFileTypes: true }), []);
}

async function modified(file: string): Promise<number | undefined> {
    return absent(
        fs.stat(file).then(({ mtimeMs }) => mtimeMs),
        undefined,
    );
}

/** Returns `otherwise` where the file or folder was never there or has just gone. */
async function absent<T>(found: Promise<T>, otherwise: T): Promise<T> {
    return found.catch((error: unknown) => {
        if (hasCode(error, "ENOENT", "ENOTDIR")) {
            return otherwise;
        }
        throw error;
    });
}
