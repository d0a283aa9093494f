import { z } from "zod";
import { quantity } from "../conventions/quantity";
import { ally } from "../edge/config";
import { DAYS_ALONE } from "../keys/config";
import { block } from "../networking/config";
import { receivers } from "./receiver";

/** It becomes part of a certificate's name. */
const person = z
    .string()
    .regex(
        /^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/,
        "must be a name of small letters, digits and hyphens, such as duty-officer",
    );

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
        /** Who may open the status page; a site without this has no such page. */
        viewers: z
            .strictObject({
                /** Person or duty → the certificates that they have been issued, as allies are. */
                persons: z.record(person, ally),
                /** The CIDRs that they connect from, outside the sites. Others cannot even show a certificate. */
                networks: z.array(block).min(1, "must name one or more: none would mean every network"),
            })
            .optional(),
        /** Who outside the sites is told of alerts; without this nobody is, and nothing of it is declared. */
        receivers: receivers.optional(),
    })
    .optional();

/** This section of a stack's configuration. */
export interface MonitoringSection {
    readonly monitoring?: z.infer<typeof monitoring>;
}
