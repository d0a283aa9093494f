/**
 * Removes what retention has hidden and whose object-lock retention has ended. It removes what is current only in buckets that are declared
 * for that, whose objects nobody hides, and the store itself lets nobody remove what is locked. S3 has a rule for this (NoncurrentVersionExpiration), which versitygw 1.8.0 does not implement.
 */
import {
    AbortMultipartUploadCommand,
    DeleteObjectCommand,
    ListMultipartUploadsCommand,
    type S3Client,
} from "@aws-sdk/client-s3";
import { messageOf } from "../agent";
import { inParallel } from "../store/parallel";
import { retentionOf } from "../store/retention";
import { type Entry, listKeys } from "../store/versions";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Milliseconds after which an upload is given up. A Job that stores a version is ended after six hours, and its uploads with it. */
const UPLOAD_MS = DAY_MS;
/** Keys that are held in memory at a time. */
const AT_ONCE = 10_000;

export interface Purged {
    /** Versions and markers that are gone. */
    readonly removed: number;
    readonly uploads: number;
    /** Names of what is due and still there, and why. */
    readonly failures: readonly string[];
}

export class Purger {
    private removed = 0;
    private readonly failures = new Map<string, string>();

    /**
     * @param expiring buckets of which current versions go, too
     * @param atOnce keys that are listed before the first of them is purged
     */
    constructor(
        private readonly store: S3Client,
        private readonly objectLockDays: number,
        private readonly expiring: readonly string[] = [],
        private readonly atOnce = AT_ONCE,
    ) {}

    /** Removes what is due. One that cannot be removed does not keep the others. @throws where a bucket cannot be listed */
    async purge(buckets: readonly string[]): Promise<Purged> {
        let uploads = 0;
        for (const bucket of buckets) {
            for (let before = -1; before < this.removed;) {
                before = this.removed;
                await this.round(bucket);
            }
            uploads += await this.endUploads(bucket);
        }
        const failures = [...this.failures].map(([name, why]) => `${name}: ${why}`);
        return { removed: this.removed, uploads, failures };
    }

    /** The listing ends before anything is removed, because it goes on from a version's name, and shows nothing once that is gone. */
    private async round(bucket: string): Promise<void> {
        const due: Entry[][] = [];
        for await (const all of listKeys(this.store, bucket)) {
            if (all.some((entry) => this.isDue(entry)) || isMarkerAlone(all)) {
                due.push(all);
            }
            if (due.length === this.atOnce) {
                break;
            }
        }
        await inParallel(due, async (all) => {
            const name = `${bucket}/${all[0]?.key ?? ""}`;
            await this.purgeKey(all).catch((error: unknown) => this.failures.set(name, messageOf(error)));
        });
    }

    private async purgeKey(all: readonly Entry[]): Promise<void> {
        for (const entry of all) {
            if (this.isDue(entry) && (await this.isUnlocked(entry))) {
                await this.remove(entry);
            }
        }
        // If there were versions behind a marker, removing it would show them again.
        const [{ bucket, key } = { bucket: "", key: "" }] = all;
        for await (const left of listKeys(this.store, bucket, key)) {
            if (left[0]?.key === key && isMarkerAlone(left)) {
                await this.remove(left[0]);
            }
        }
    }

    /** Whether nobody needs it any more, and it is old enough by what is declared now. */
    private isDue({ bucket, isLatest, writtenAt }: Entry): boolean {
        return (!isLatest || this.expiring.includes(bucket)) && writtenAt + this.objectLockDays * DAY_MS <= Date.now();
    }

    /**
     * Whether its own retention has ended. A version that never had an object-lock retention is not removed, because nobody can say until
     * when it was to stay.
     */
    private async isUnlocked(entry: Entry): Promise<boolean> {
        const until = entry.isMarker ? 0 : (await retentionOf(this.store, entry))?.RetainUntilDate?.getTime();
        return until !== undefined && until <= Date.now();
    }

    private async remove({ bucket, key, versionId }: Entry): Promise<void> {
        await this.store.send(new DeleteObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
        this.removed += 1;
    }

    /** Ends uploads of parts whose objects were never completed. No listing of objects shows them. */
    private async endUploads(Bucket: string): Promise<number> {
        const { Uploads = [] } = await this.store.send(new ListMultipartUploadsCommand({ Bucket }));
        const old = Uploads.filter(({ Initiated = new Date() }) => Initiated.getTime() + UPLOAD_MS <= Date.now());
        for (const { Key, UploadId } of old) {
            await this.store.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        }
        return old.length;
    }
}

function isMarkerAlone(all: readonly Entry[]): boolean {
    return all.length === 1 && all[0]?.isLatest === true && all[0].isMarker;
}
