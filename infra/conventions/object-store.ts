/** What a site declares of its object store, as it is mounted into the agents' containers. Pure. */
import { z } from "zod";

/**
 * - `backup`: puts, gets and lists in its bucket, and hides what it has put. What is hidden or overwritten stays.
 * - `read`: gets and lists in its bucket, older versions too.
 * - `retain`: lists versions and sets how long they stay, in all buckets, and nothing else.
 * - `purge`: lists versions and removes those that are not locked, and uploads that never ended, in all buckets, and nothing else.
 */
const right = z.enum(["backup", "read", "retain", "purge"]);
export type StoreRight = z.infer<typeof right>;

/** `secret` is the secret access key. */
const user = z
    .strictObject({ secret: z.string().min(1), right, bucket: z.string().min(1).optional() })
    .refine(({ right, bucket }) => (right === "retain" || right === "purge") === (bucket === undefined), {
        message: "backup and read need a bucket, retain and purge hold for all buckets and name none",
    });

/** Access key id → what it opens. */
export const storeUsers = z.record(z.string(), user);
export type StoreUsers = Readonly<z.infer<typeof storeUsers>>;

export const storeBuckets = z.array(z.string().min(1));
