import { z } from "zod";
import { ACROSS_SITES } from "../../conventions/lease";

/** How a standby site follows the primary one. */
export const replication = z.strictObject({
    /**
     * When the primary answers a commit, beside that a second member of its own site has it. `sync`: once the other site has it
     * too, so that nothing acknowledged is lost with a site, and nothing is acknowledged while the link is cut. `bounded`: at
     * once, and as in `sync` while the other site is late, so that it is never more than a second behind. `async`: at once.
     */
    acrossSites: z.enum(ACROSS_SITES),
    /**
     * Seconds for which the partner lets the primary write, again and again. Cut off, a primary stops so soon, and what it has
     * acknowledged `async` until then is lost where the standby is promoted: short loses less, long bears longer disturbances.
     */
    leaseSeconds: z.int().min(5, "must be 5 or more: what is asked for three times in it has to get there and back"),
    /** Seconds of acknowledged commits that a promotion may lose without `--accept-loss`. */
    maximumLag: z.int().min(0),
});

/** A stack's configuration, as far as this section goes. */
export interface ReplicationSection {
    readonly replication: z.infer<typeof replication>;
}
