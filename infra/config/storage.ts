import { z } from "zod";

export const storage = z.strictObject({
    /** StorageClass of the hosts' local disks. */
    class: z.string().regex(/^[a-z0-9]([-a-z0-9]{0,30}[a-z0-9])?$/, "must be a DNS label of at most 32 characters"),
});
