/**
 * What was found locked, so that a sweep need not ask again. Of older versions only until when they are all locked is kept: a
 * store holds hundreds of thousands, and their names would be more than the retention agent's memory.
 */
import type { Version } from "../store/versions";

/**
 * Milliseconds. A version is named when its upload begins, and is seen when that has ended: for so long after a sweep one may
 * still come to be whose name is older than the sweep.
 */
export const SETTLES_MS = 24 * 60 * 60 * 1000;

export class Known {
    private readonly names = new Map<string, Version>();
    /** Bucket → everything in it that was written before is locked, in milliseconds since 1970. */
    private readonly settled = new Map<string, number>();

    has(version: Version): boolean {
        return version.writtenAt < (this.settled.get(version.bucket) ?? -Infinity) || this.names.has(nameOf(version));
    }

    add(version: Version): void {
        this.names.set(nameOf(version), version);
    }

    /** @param swept when a sweep of the bucket began that has found, or made, everything in it locked */
    settle(bucket: string, swept: number): void {
        const until = swept - SETTLES_MS;
        this.settled.set(bucket, until);
        for (const [name, version] of this.names) {
            if (version.bucket === bucket && version.writtenAt < until) {
                this.names.delete(name);
            }
        }
    }

    /** Names that are kept. */
    get size(): number {
        return this.names.size;
    }
}

export function nameOf({ bucket, key, versionId }: Version): string {
    return `${bucket}/${key}?versionId=${versionId}`;
}
