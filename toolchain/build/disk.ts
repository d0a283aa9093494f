/** Checks that there is room for what is about to be built: finding that out after ten minutes would be worse. */
import { existsSync } from "node:fs";
import { readdir, stat, statfs } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolchainError } from "./errors";
import type { GoTool } from "./go-tool";
import type { GoJob } from "./parts";

const MIB = 1024 ** 2;

export interface Need {
    readonly folder: string;
    readonly bytes: number;
}

/** Space for the binaries and the linker's temporary files of one job. */
const OUTPUT_MIB = 350;

/** The space that building the jobs takes; in the caches only what is not there yet counts. */
export async function spaceNeeded(jobs: readonly GoJob[], go: GoTool, home: string): Promise<Need[]> {
    const downloads = jobs.filter((job) => !isDownloaded(job, go.modules));
    const compile = sum(jobs.map((job) => job.space.compile)) * MIB - (await cacheSize(go.cache));
    return [
        { folder: go.modules, bytes: sum(downloads.map((job) => job.space.download)) * MIB },
        { folder: go.cache, bytes: Math.max(0, compile) },
        { folder: home, bytes: jobs.length * OUTPUT_MIB * MIB },
    ];
}

function isDownloaded({ module, version }: GoJob, moduleCache: string): boolean {
    return existsSync(join(moduleCache, "cache", "download", module, "@v", `${version}.zip`));
}

const SAMPLES = 16;
const SHARDS = 256;

/** Go spreads its build cache evenly over 256 folders, named by the first byte of a digest, so the size of a few tells the size of all. */
async function cacheSize(cache: string): Promise<number> {
    const sizes = Array.from({ length: SAMPLES }, async (_, index) => {
        const folder = join(cache, index.toString(16).padStart(2, "0"));
        const files = await readdir(folder).catch(() => []);
        return sum(await Promise.all(files.map(async (file) => (await stat(join(folder, file))).size)));
    });
    return (sum(await Promise.all(sizes)) * SHARDS) / SAMPLES;
}

/** Measures the free space of a folder's file system; folders on the same file system get the same id. */
export type FreeSpace = (folder: string) => Promise<{ readonly fileSystem: string; readonly free: number }>;

const freeSpace: FreeSpace = async (folder) => {
    const existing = nearestExisting(folder);
    const { bavail, bsize } = await statfs(existing);
    return { fileSystem: String((await stat(existing)).dev), free: bavail * bsize };
};

/** @throws ToolchainError naming each file system that is too small for what goes there */
export async function checkSpace(needs: readonly Need[], measure: FreeSpace = freeSpace): Promise<void> {
    const fileSystems = new Map<string, { free: number; bytes: number; folders: string[] }>();
    for (const { folder, bytes } of needs.filter((need) => need.bytes > 0)) {
        const { fileSystem, free } = await measure(folder);
        const entry = fileSystems.get(fileSystem) ?? { free, bytes: 0, folders: [] };
        entry.bytes += bytes;
        entry.folders.push(folder);
        fileSystems.set(fileSystem, entry);
    }
    const short = [...fileSystems.values()].filter(({ free, bytes }) => free < bytes);
    if (short.length > 0) {
        const lines = short.map(
            ({ free, bytes, folders }) =>
                `  ${gibibytes(free)} GiB free, ${gibibytes(bytes)} GiB needed: ${folders.join(", ")}`,
        );
        throw new ToolchainError(
            `Not enough disk space to build the toolchain:\n${lines.join("\n")}\n` +
                "Free some, or move a folder to a larger disk (EMBASSY_HOME, GOCACHE, GOMODCACHE), and run the command again.",
        );
    }
}

function nearestExisting(folder: string): string {
    return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}

function sum(numbers: readonly number[]): number {
    return numbers.reduce((total, number) => total + number, 0);
}

function gibibytes(bytes: number): string {
    return (bytes / 1024 ** 3).toFixed(1);
}
