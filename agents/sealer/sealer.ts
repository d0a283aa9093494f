/** Seals versions: gives each a retention of its own that nobody can shorten, and looks whether the store has taken it. */
import type { S3Client } from "@aws-sdk/client-s3";
import { AgentError, messageOf } from "../agent";
import { isSealed, retain, retentionOf } from "../store/retention";
import { type Version, listVersions } from "../store/versions";
import type { Statistics } from "./statistics";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Versions that are being sealed at a time. */
const ABREAST = 8;

export class Sealer {
    /** What was found sealed: a sweep need not ask again. */
    private known = new Set<string>();

    constructor(
        private readonly store: S3Client,
        private readonly sealDays: number,
        private readonly statistics: Statistics,
    ) {}

    /** Every version in the buckets. One that cannot be sealed does not keep the others from it. */
    async sweep(buckets: readonly string[]): Promise<void> {
        let versions = 0;
        const failures: string[] = [];
        for (const bucket of buckets) {
            await inParallel(listVersions(this.store, bucket), async (version) => {
                versions += 1;
                await this.seal(version).catch((error: unknown) => {
                    failures.push(`${nameOf(version)}: ${messageOf(error)}`);
                });
            });
        }
        this.statistics.swept(versions, failures);
    }

    /** The versions of one key, as soon as it is known to have a new one. */
    async sealKey(bucket: string, key: string): Promise<void> {
        for await (const version of listVersions(this.store, bucket, key)) {
            if (version.key === key) {
                await this.seal(version);
            }
        }
    }

    /** From the next sweep on every version is looked at again, also those that were found sealed. */
    forget(): void {
        this.known = new Set();
    }

    private async seal(version: Version): Promise<void> {
        const name = nameOf(version);
        const until = version.writtenAt + this.sealDays * DAY_MS;
        if (this.known.has(name) || until <= Date.now()) {
            return;
        }
        if (!isSealed(await retentionOf(this.store, version), until)) {
            await retain(this.store, version, { Mode: "COMPLIANCE", RetainUntilDate: new Date(until) });
            if (!isSealed(await retentionOf(this.store, version), until)) {
                throw new AgentError("the store said that it is sealed, and it is not");
            }
            this.statistics.sealed(Date.now() - version.writtenAt);
        }
        this.known.add(name);
    }
}

function nameOf({ bucket, key, versionId }: Version): string {
    return `${bucket}/${key}?versionId=${versionId}`;
}

async function inParallel<T>(items: AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
    const running = new Set<Promise<void>>();
    for await (const item of items) {
        const one = work(item).finally(() => running.delete(one));
        running.add(one);
        if (running.size >= ABREAST) {
            await Promise.race(running);
        }
    }
    await Promise.all(running);
}
