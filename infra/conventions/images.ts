/** Image references: the site's own registry, by digest where the build has recorded one. */

import { POSTGRES_MAJOR } from "./postgres";

/** `images/lock.json`: image name → digest (`sha256:…`), written by the image build and by nothing else. */
export type ImageLock = Readonly<Record<string, string>>;

/** Tags of images that have no digest in the lock yet. */
const TAGS: Readonly<Record<string, string>> = {
    agents: "0.1",
    alertmanager: "0.34.1",
    "cert-manager": "1.21",
    coredns: "1.15.0",
    "object-store": "1.8",
    postgres: POSTGRES_MAJOR,
    prometheus: "0.316.0",
};

/** The registry that every image comes from, and the form of a reference to one. */
export interface ImageOrigin {
    readonly registry: string;
    /** Regular expression that RE2 (CEL) and JavaScript read alike. */
    readonly pattern: string;
}

/** @throws Error for an image that is in neither the lock nor the tags */
export function imageReference(registry: string, name: string, lock: ImageLock): string {
    const digest = lock[name];
    if (digest !== undefined) {
        return `${registry}/${name}@${digest}`;
    }
    const tag = TAGS[name];
    if (tag === undefined) {
        throw new Error(`image "${name}" is unknown: add it to images/lock.json or to infra/conventions/images.ts`);
    }
    return `${registry}/${name}:${tag}`;
}

/**
 * A regular expression that RE2 (CEL) and JavaScript read alike, for references to images in `registry`, only by digest where `byDigest` is
 * set. `registry` may be a pattern itself, in which dots are taken literally. Grammar:
 * https://github.com/distribution/reference/blob/main/reference.go
 */
export function originPattern(registry: string, byDigest: boolean): string {
    const digest = "@sha256:[0-9a-f]{64}";
    return `^${registry.replace(/\./g, "[.]")}/[a-z0-9._/-]+(${byDigest ? "" : ":[A-Za-z0-9._-]+|"}${digest})$`;
}
