/** Where backups lie: on the disk of a site's object store, or in a folder that one registry's were copied to. */
import { LabError } from "../lab/errors";
import type { SitePaths } from "../lab/paths";
import { bucketOnDisk, holdsVersions } from "../lab/store-disk";

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
    return { home: paths.home, isCopy: false, bucket: (registry) => bucketOnDisk(paths, registry) };
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
