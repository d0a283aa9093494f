/** The parts of an image as OCI's image specification 1.1 has them, and the folder that holds them. */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../toolchain/build/stamp";
import type { Image } from "./declaration";
import { ImageError } from "./error";
import type { Layer } from "./layer";

const MEDIA = {
    index: "application/vnd.oci.image.index.v1+json",
    manifest: "application/vnd.oci.image.manifest.v1+json",
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar+zstd",
} as const;

/** The time at which all of an image claims to be made. */
export const CREATED = "1970-01-01T00:00:00Z";

/** https://github.com/opencontainers/image-spec/blob/v1.1.0/descriptor.md */
export interface Descriptor {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
    readonly platform?: Platform;
}

interface Platform {
    readonly architecture: string;
    readonly os: "linux";
}

export interface Blob extends Descriptor {
    readonly content: Buffer;
}

const ARCHITECTURES: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };

/** Debian and OCI have the same names. @throws ImageError for a machine that images cannot be made on */
export function architecture(machine: string = process.arch): string {
    const found = ARCHITECTURES[machine];
    if (found === undefined) {
        throw new ImageError(
            `Images are made for the machine that makes them, and this one is ${machine}: use one of ${Object.keys(ARCHITECTURES).join(", ")}.`,
        );
    }
    return found;
}

export function configBlob({ name, user, entrypoint, env = {} }: Image, { diffId }: Layer): Blob {
    return blob(MEDIA.config, {
        created: CREATED,
        architecture: architecture(),
        os: "linux",
        config: {
            User: `${user.uid}:${user.gid}`,
            Env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
            Entrypoint: entrypoint,
            WorkingDir: "/",
        },
        rootfs: { type: "layers", diff_ids: [diffId] },
        history: [{ created: CREATED, created_by: `images/catalogue: ${name}` }],
    });
}

export function manifestBlob(config: Blob, { digest, size }: Layer): Blob {
    return blob(MEDIA.manifest, {
        schemaVersion: 2,
        mediaType: MEDIA.manifest,
        config: { mediaType: config.mediaType, digest: config.digest, size: config.size },
        layers: [{ mediaType: MEDIA.layer, digest, size }],
    });
}

/**
 * Makes `folder` an image layout. Its index is written last, so that a reader finds either the image of before or this one.
 *
 * @param layer the compressed archive, moved into the layout
 */
export function writeLayout(
    folder: string,
    manifest: Blob,
    config: Blob,
    layer: { file: string; digest: string },
): void {
    const blobs = join(folder, "blobs", "sha256");
    mkdirSync(blobs, { recursive: true });
    renameSync(layer.file, blobFile(folder, layer.digest));
    for (const { digest, content } of [config, manifest]) {
        writeAtomically(blobFile(folder, digest), content);
    }
    const { mediaType, digest, size } = manifest;
    const index = {
        schemaVersion: 2,
        mediaType: MEDIA.index,
        manifests: [{ mediaType, digest, size, platform: { architecture: architecture(), os: "linux" } }],
    };
    writeAtomically(join(folder, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
    writeAtomically(join(folder, "index.json"), JSON.stringify(index));
    const current = [manifest, config, layer].map((part) => part.digest.replace("sha256:", ""));
    for (const former of readdirSync(blobs).filter((file) => !current.includes(file))) {
        rmSync(join(blobs, former));
    }
}

/** Path, in a layout, of what has this digest. */
export function blobFile(folder: string, digest: string): string {
    return join(folder, "blobs", ...digest.split(":"));
}

function blob(mediaType: string, value: unknown): Blob {
    const content = Buffer.from(JSON.stringify(value));
    const digest = `sha256:${createHash("sha256").update(content).digest("hex")}`;
    return { mediaType, digest, size: content.length, content };
}
