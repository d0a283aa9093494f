import { z } from "zod";
import { publicCloud } from "./public-cloud";
import { formerly } from "../conventions/errors";
import { quantity } from "../conventions/quantity";

export const storage = z.strictObject({
    /** StorageClass of the hosts' local disks. */
    class: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/, "must be a DNS label of at most 32 characters"),
    /** Cores and memory of the object store, and the volume that holds the site's backups. */
    objectStore: z.strictObject({ cpu: quantity, memory: quantity, storage: quantity }),
    /** Object-lock retention of each object: days, from when it was written, in which nobody can remove it. */
    objectLockDays: formerly("sealDays", z.int().min(1).max(36_500)),
    /** Where copies go that are neither at this site nor at its partner; without it there are none. */
    publicCloud: publicCloud.optional(),
});

/** This section of a stack's configuration. */
export interface StorageSection {
    readonly storage: z.infer<typeof storage>;
}
