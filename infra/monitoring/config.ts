import { z } from "zod";
import { quantity } from "../conventions/quantity";
import { DAYS_ALONE } from "../keys/config";

/** A site without this section is not watched. */
export const monitoring = z
    .strictObject({
        /** Days for which what was measured is kept. */
        retentionDays: z
            .int()
            .min(
                DAYS_ALONE + 1,
                `must be ${DAYS_ALONE + 1} or more: a site may be alone for ${DAYS_ALONE} days, and is asked about it afterwards`,
            )
            .max(400),
        /** The disk of each of the two that watch. */
        storage: quantity,
    })
    .optional();

/** This section of a stack's configuration. */
export interface MonitoringSection {
    readonly monitoring?: z.infer<typeof monitoring>;
}
