/** Where backups are: on the disk of a site's object store, or in a folder with a copy of one registry's backups. */
import { LabError } from "../lab/errors";
import type { SitePaths } from "../lab/paths";
import { bucketOnDisk, holdsVersions } from "../lab/store-disk";

/** A source is only read, and never written to. */
export interface Source {
    /** Home of the lab that reads the backups. */
    readonly home: string;
    /** Whether it is a copy of one registry's bucket, which has no users of its own. */
    readonly isCopy: boolean;
    /** The files of the registry's bucket, which have the objects' names. @throws LabError where there are none */
    readonly bucket: (registry: string) => Promise<string>;
}

/** The store on a site's disk; neither the site nor its store needs to run. */
export function storeOf(paths: SitePaths): Source {
    return { home: paths.home, isCopy: false, bucket: (registry) => bucketOnDisk(paths, registry) };
}

/** A copy of a bucket, by any tool: docs/decisions/public-cloud.md. @param folder absolute */
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
