/** What a site declares for its object store, as it is mounted into the containers of the store and of its agents. Pure. */
import { z } from "zod";

/**
 * - `backup`: puts, gets and lists in its bucket, and hides what it has put. What is hidden or overwritten stays.
 * - `read`: gets and lists in its bucket, older versions too.
 * - `append`: puts in its bucket, and nothing else: it does not read what is there. What it overwrites stays.
 * - `inspect`: lists versions and reads how long they stay, in all buckets, and nothing else.
 * - `purge`: lists versions and removes those that are no longer locked, and uploads that never ended, in all buckets, and nothing else.
 *
 * What each may do is in toolchain/modules/versitygw/rights.go. Nobody sets a retention, and nobody changes a bucket.
 */
export type StoreRight = "backup" | "read" | "append" | "inspect" | "purge";

export interface StoreUser {
    /** Secret access key. */
    readonly secret: string;
    readonly right: StoreRight;
    /** Absent for `inspect` and `purge`. */
    readonly bucket?: string;
}

/** Access key id → user. */
export type StoreUsers = Readonly<Record<string, StoreUser>>;

export const storeBuckets = z.array(z.string().min(1));
