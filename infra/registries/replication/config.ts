import { z } from "zod";
import { ACROSS_SITES } from "../../conventions/lease";

/** How a standby site follows the primary one. */
export const replication = z.strictObject({
    /**
     * When the primary answers a commit, besides waiting for a second member of its own site. `sync`: once the other site has it too, so
     * that nothing acknowledged is lost with a site, and nothing is acknowledged while the link is cut. `bounded`: at once, but as in
     * `sync` while the other site is late, so that it is never more than a second behind. `async`: at once.
     */
    acrossSites: z.enum(ACROSS_SITES),
    /**
     * Seconds for which the partner lets the primary write; the primary asks again and again. A primary that is cut off stops after this
     * time, and what it has acknowledged `async` until then is lost if the standby is promoted. A short lease loses less, a long one bears
     * longer disturbances.
     */
    leaseSeconds: z.int().min(5, "must be 5 or more: what is asked for three times in it has to get there and back"),
    /** Seconds of acknowledged commits that a promotion may lose without `--accept-loss`. */
    maximumLag: z.int().min(0),
    /**
     * Whether the other site's lease agents may still show the certificate of its members, as in releases in which they had none of their
     * own. It is for the time in which a pair goes over from one of those: docs/upgrade.md.
     */
    formerLeaseAgents: z.boolean().optional(),
});

/** This section of a stack's configuration. */
export interface ReplicationSection {
    readonly replication: z.infer<typeof replication>;
}
