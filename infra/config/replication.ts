import { z } from "zod";

/** How a standby site follows the primary one. */
export const replication = z.strictObject({
    /**
     * `async`: the primary answers a commit once a second member of its own site has it. `sync`: only once the other site
     * has it too, so that nothing acknowledged is lost with a site, and nothing is acknowledged while the link is cut.
     */
    acrossSites: z.enum(["async", "sync"]),
    /** The other site of the pair: followed by a standby, and the place of the second copy of every stored version. */
    partner: z.string().optional(),
    /** Seconds by which a standby may lag behind and still be promoted without `acceptLoss`. */
    maximumLag: z.int().min(0),
});
