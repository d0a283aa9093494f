/** Looks into the folder of a registry of images, as a site's own fills it: whether an image is there need not be asked of a server. */
import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { blobFile } from "../../images/oci";

/** The tag only keeps an image from being cleaned up: nobody pulls by it. */
export const TAG = "current";

interface Content {
    readonly digest: string;
    /** Bytes. */
    readonly size: number;
}

/** What a registry has of an image once it is pushed. */
interface Stored {
    /** File → digest that it must hold: the tag, the manifest, and the blobs of this name. */
    readonly links: Readonly<Record<string, string>>;
    /** File → size in bytes. */
    readonly blobs: Readonly<Record<string, number>>;
}

/**
 * The folders are those of https://github.com/distribution/distribution/blob/v3.1.2/registry/storage/paths.go
 *
 * @param folder of the registry's storage driver; @param layout folder of the image's OCI layout
 */
function storedAs(folder: string, name: string, layout: string): Stored {
    const { manifests } = json(join(layout, "index.json")) as { manifests: [Content] };
    const [manifest] = manifests;
    const { config, layers } = json(blobFile(layout, manifest.digest)) as {
        config: Content;
        layers: readonly Content[];
    };
    const root = join(folder, "docker", "registry", "v2");
    const link = (place: string): string => join(root, "repositories", name, place, "link");
    const inPath = (digest: string): string => digest.replace(":", "/");
    const data = (digest: string): string => {
        const [algorithm = "", hash = ""] = digest.split(":");
        return join(root, "blobs", algorithm, hash.slice(0, 2), hash, "data");
    };
    return {
        links: {
            [link(join("_manifests", "tags", TAG, "current"))]: manifest.digest,
            [link(join("_manifests", "revisions", inPath(manifest.digest)))]: manifest.digest,
            ...Object.fromEntries(
                [config, ...layers].map(({ digest }) => [link(join("_layers", inPath(digest))), digest]),
            ),
        },
        blobs: Object.fromEntries([manifest, config, ...layers].map(({ digest, size }) => [data(digest), size])),
    };
}

export function isStored(...where: Parameters<typeof storedAs>): boolean {
    const { links, blobs } = storedAs(...where);
    return (
        Object.entries(links).every(([file, digest]) => read(file) === digest) &&
        Object.entries(blobs).every(([file, size]) => statSync(file, { throwIfNoEntry: false })?.size === size)
    );
}

/** Makes the registry take the whole image: a push is over as soon as the manifest is there, whatever became of its blobs. */
export function forget(...where: Parameters<typeof storedAs>): void {
    Object.keys(storedAs(...where).links).forEach((file) => rmSync(file, { force: true }));
}

function read(file: string): string | undefined {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}

function json(file: string): unknown {
    return JSON.parse(readFileSync(file, "utf8"));
}
