/** Finds a registry's stored data on the disk of a site's object store: neither the site nor its store needs to run. */
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { registryNamespace } from "../infra/conventions/names";
import { FIRST_GENERATION, generationsIn } from "../infra/keys/registry-keys";
import { LabError } from "./errors";
import { DISKS } from "./objects";
import type { SitePaths } from "./paths";

/**
 * A registry's bucket, on whichever disk of the site's machines it is. Its files have the names of its objects, and must only be read.
 *
 * @throws LabError where there is none
 */
export async function bucketOnDisk({ directory, site }: SitePaths, registry: string): Promise<string> {
    const bucket = registryNamespace(registry);
    const found = await bucketsOnDisk({ directory }, bucket);
    for (const candidate of found) {
        if (await holdsVersions(candidate)) {
            return candidate;
        }
    }
    throw new LabError(
        `No disk of ${site} below ${path.join(directory, "machines")} holds backups in a bucket ${bucket}. ` +
            `Bring the site up with real nodes, and let it store a first version: npm start`,
    );
}

/** The folders of this name in which the site's object store may keep a bucket, and earlier versions of what is in it. */
export async function bucketsOnDisk({ directory }: Pick<SitePaths, "directory">, bucket: string): Promise<string[]> {
    const machines = path.join(directory, "machines");
    const all = await folders(machines, "*", "var", DISKS, "*", "*", "*");
    return all.map((folder) => path.join(folder, bucket));
}

/** Whether a folder has the content of a registry's bucket, from any generation of keys. */
export async function holdsVersions(bucket: string): Promise<boolean> {
    const names: string[] = await fs.readdir(bucket).catch(() => []);
    return names.includes("archive") || generationsIn(names)[0] !== FIRST_GENERATION;
}

/** Folders that match a path, in which a part `*` stands for any name. */
export async function folders(top: string, ...[part, ...rest]: readonly string[]): Promise<string[]> {
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
