/** Locks versions: gives each a retention of its own that nobody can shorten, and looks whether the store has taken it. */
import type { S3Client } from "@aws-sdk/client-s3";
import { AgentError, messageOf } from "../agent";
import { inParallel } from "../store/parallel";
import { isLocked, retain, retentionOf } from "../store/retention";
import { type Version, listVersions } from "../store/versions";
import { Known, nameOf } from "./known";
import type { Statistics } from "./statistics";

const DAY_MS = 24 * 60 * 60 * 1000;

export class RetentionAgent {
    private known = new Known();

    constructor(
        private readonly store: S3Client,
        private readonly objectLockDays: number,
        private readonly statistics: Statistics,
    ) {}

    /** Every version in the buckets. One that cannot be locked does not keep the others from it. */
    async sweep(buckets: readonly string[]): Promise<void> {
        let versions = 0;
        const failures: string[] = [];
        for (const bucket of buckets) {
            const [began, before] = [Date.now(), failures.length];
            await inParallel(listVersions(this.store, bucket), async (version) => {
                versions += 1;
                await this.lock(version).catch((error: unknown) => {
                    failures.push(`${nameOf(version)}: ${messageOf(error)}`);
                });
            });
            if (failures.length === before) {
                this.known.settle(bucket, began);
            }
        }
        this.statistics.swept(versions, failures);
    }

    /** The versions of one key, as soon as it is known to have a new one. */
    async lockKey(bucket: string, key: string): Promise<void> {
        for await (const version of listVersions(this.store, bucket, key)) {
            if (version.key === key) {
                await this.lock(version);
            }
        }
    }

    /** From the next sweep on every version is looked at again, also those that were found locked. */
    forget(): void {
        this.known = new Known();
    }

    private async lock(version: Version): Promise<void> {
        const until = version.writtenAt + this.objectLockDays * DAY_MS;
        if (this.known.has(version) || until <= Date.now()) {
            return;
        }
        if (!isLocked(await retentionOf(this.store, version), until)) {
            await retain(this.store, version, { Mode: "COMPLIANCE", RetainUntilDate: new Date(until) });
            if (!isLocked(await retentionOf(this.store, version), until)) {
                throw new AgentError("the store said that it is locked, and it is not");
            }
            this.statistics.locked(Date.now() - version.writtenAt);
        }
        this.known.add(version);
    }
}
