import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FreeSpace, checkSpace, spaceNeeded } from "../../../toolchain/build/disk";
import type { GoJob } from "../../../toolchain/build/parts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** The free bytes of each folder's file system. Folders with the same text before the colon share a file system. */
function disks(free: Record<string, number>): FreeSpace {
    return (folder) => {
        const fileSystem = folder.split(":")[0] ?? "";
        return Promise.resolve({ fileSystem, free: free[fileSystem] ?? 0 });
    };
}

describe("checkSpace", () => {
    it("adds up what goes to the same file system", async () => {
        const needs = [
            { folder: "a:modules", bytes: 2 * GIB },
            { folder: "a:cache", bytes: 3 * GIB },
        ];
        await expect(checkSpace(needs, disks({ a: 5 * GIB }))).resolves.toBeUndefined();
        await expect(checkSpace(needs, disks({ a: 4 * GIB }))).rejects.toThrow(
            "4.0 GiB free, 5.0 GiB needed: a:modules, a:cache",
        );
    });

    it("names only the file system that is too small", async () => {
        const needs = [
            { folder: "a:x", bytes: GIB },
            { folder: "b:y", bytes: GIB },
        ];
        const error: unknown = await checkSpace(needs, disks({ a: 2 * GIB, b: 0 })).catch((reason: unknown) => reason);
        expect(String(error)).toContain("b:y");
        expect(String(error)).not.toContain("a:x");
    });

    it("does not ask about a folder that nothing goes to", async () => {
        await expect(checkSpace([{ folder: "full:x", bytes: 0 }], disks({}))).resolves.toBeUndefined();
    });
});

describe("spaceNeeded", () => {
    let root: string;
    beforeEach(() => {
        root = mkdtempSync(join(tmpdir(), "disk-"));
    });
    afterEach(() => {
        rmSync(root, { recursive: true });
    });

    const job = { module: "example.com/m", version: "v1.0.0", space: { download: 100, compile: 1 } } as GoJob;
    const needed = async (): Promise<Record<string, number>> => {
        const go = { version: "1.26.8", cache: join(root, "cache"), modules: join(root, "modules") };
        const needs = await spaceNeeded([job], go, join(root, "home"));
        return Object.fromEntries(needs.map(({ folder, bytes }) => [folder.slice(root.length + 1), bytes]));
    };

    it("asks for downloads and compiled packages on a machine that has neither", async () => {
        expect(await needed()).toMatchObject({ modules: 100 * MIB, cache: 1 * MIB });
    });

    it("asks for no download of a module that is there", async () => {
        const versions = join(root, "modules/cache/download/example.com/m/@v");
        mkdirSync(versions, { recursive: true });
        writeFileSync(join(versions, "v1.0.0.zip"), "");
        expect(await needed()).toMatchObject({ modules: 0 });
    });

    it("asks for no more than a build cache lacks, judged by a sample of it", async () => {
        for (let shard = 0; shard < 256; shard++) {
            const folder = join(root, "cache", shard.toString(16).padStart(2, "0"));
            mkdirSync(folder, { recursive: true });
            writeFileSync(join(folder, "x"), Buffer.alloc(1024));
        }
        expect(await needed()).toMatchObject({ cache: 0.75 * MIB });
    });
});
