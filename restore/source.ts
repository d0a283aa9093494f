/** Where backups lie: on the disk of a site's object store, or in a folder that one registry's were copied to. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { FIRST_GENERATION, generationsIn } from "../infra/keys/registry-keys";
import { registryNamespace } from "../infra/conventions/names";
import { LabError } from "../lab/errors";
import { DISKS } from "../lab/objects";
import { SitePaths } from "../lab/paths";

/** Read, and never written to. */
export interface Source {
    /** Home of the lab that reads them. */
    readonly home: string;
    /** Whether it is a copy of one registry's, which has no users of its own. */
    readonly isCopy: boolean;
    /** What is in the registry's bucket, as files of the objects' names. @throws LabError where there is none */
    readonly bucket: (registry: string) => Promise<string>;
}

/** Neither the site nor its store need run. */
export function storeOf(paths: SitePaths): Source {
    return { home: paths.home, isCopy: false, bucket: (registry) => onDisk(paths, registryNamespace(registry)) };
}

/** A copy of a bucket, whoever made it: docs/decisions/public-cloud.md. @param folder absolute */
export function copyIn(folder: string, home: string): Source {
    const bucket = async (registry: string): Promise<string> => {
        if (!(await holdsVersions(folder))) {
            throw new LabError(
                `${folder} holds no backups of ${registry}: give the folder that archive/${registry} and ` +
                    `backup/${registry} are in, as they were in the bucket.`,
            );
        }
        return folder;
    };
    return { home, isCopy: true, bucket };
}

/** On whichever disk of the site's machines has it. */
async function onDisk({ directory, site }: SitePaths, bucket: string): Promise<string> {
    const machines = path.join(directory, "machines");
    for (const disk of await folders(machines, "*", "var", DISKS, "*", "*")) {
        for (const folder of await folders(disk, "*")) {
            const candidate = path.join(folder, bucket);
            if (await holdsVersions(candidate)) {
                return candidate;
            }
        }
    }
    throw new LabError(
        `No disk of ${site} below ${machines} holds backups in a bucket ${bucket}. ` +
            `Bring the site up with real nodes, and let it make its first backup: npm start`,
    );
}

/** Folders that fit a path whose part `*` stands for any name. */
async function folders(top: string, ...[part, ...rest]: readonly string[]): Promise<string[]> {
    if (part === undefined) {
        return [top];
    }
    const names =
        part === "*"
            ? (await fs.readdir(top, { withFileTypes: true }).catch(() => []))
                  .filter((entry) => entry.isDirectory())
                  .map(({ name }) => name)
            : [part];
    return (await Promise.all(names.sort().map((name) => folders(path.join(top, name), ...rest)))).flat();
}

/** Whether the bucket has backups, of whichever generation of keys. */
async function holdsVersions(bucket: string): Promise<boolean> {
    const names: string[] = await fs.readdir(bucket).catch(() => []);
    return names.includes("archive") || generationsIn(names)[0] !== FIRST_GENERATION;
}
