/** The copy of a public registry's backups in a public cloud: docs/decisions/public-cloud.md. Pure. */
import type { SiteSection } from "../../conventions/site";
import type { StorageSection } from "../../storage/config";

/** Name of the workload, and of what is declared for it. */
export const PUBLIC_COPY = "public-copy";
/** What selects its pods, and nothing else. */
export const UPLOADER_SELECTOR = { "app.kubernetes.io/name": PUBLIC_COPY } as const;
/** Resources of a Node.js that has one object in hand at a time, in pieces. */
export const UPLOADER = { cpu: "250m", memory: "128Mi" } as const;

export interface PublicCopyPlan {
    readonly endpoint: string;
    readonly address: string;
    readonly region: string;
    readonly bucket: string;
    /** Folder in the bucket. Each site copies what is in its own store, and these are two repositories. */
    readonly folder: string;
    /** Secret with the cloud's `id` and `secret`. */
    readonly credentials: string;
}

/** @returns undefined for a registry of which there is no such copy, as for all that are not public (infra/storage/public-cloud.ts) */
export function planPublicCopy(
    registry: string,
    { site, storage }: SiteSection & StorageSection,
): PublicCopyPlan | undefined {
    if (!storage.publicCloud?.registries.includes(registry)) {
        return undefined;
    }
    const { endpoint, address, region, bucket, credentials } = storage.publicCloud;
    return { endpoint, address, region, bucket, credentials, folder: site.name };
}
