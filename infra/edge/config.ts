import { z } from "zod";
import { allyProblem } from "./allied-codes";
import { block } from "../networking/config";

const number = z.int().min(1);
const requestsPerMinute = z.int().min(1).max(6000);

/**
 * An ally's certificates are numbered from 1. An issued one stays in the stack file, also when it is revoked, so that its number is never
 * given again. To renew a key without a gap, issue the next certificate, hand it over, and revoke the one before.
 */
export const ally = z
    .strictObject({
        /** How many certificates it has been issued. */
        issued: number.default(1),
        /** Numbers of the certificates that are refused from now on. */
        revoked: z.array(number).default([]),
    })
    .superRefine(({ issued, revoked }, context) => {
        revoked.forEach((which, index) => {
            if (which > issued) {
                const message = `must be the number of one that was issued: 1 to ${issued} (issued)`;
                context.addIssue({ code: "custom", path: ["revoked", index], message });
            }
        });
    });

const code = z.string().superRefine((text, context) => {
    const message = allyProblem(text);
    if (message !== undefined) {
        context.addIssue({ code: "custom", message });
    }
});

/** Where allies read, with certificates of their own; a site without this section has no edge. */
export const edge = z
    .strictObject({
        allies: z.record(code, ally),
        /** The CIDRs that allies connect from, outside the sites. Others cannot even show a certificate. */
        networks: z.array(block).min(1, "must name one or more: none would mean every network"),
        /** How many requests one ally may make in a minute at each of the edge's pods, with all of its certificates. */
        requestsPerMinute,
        /** Where everybody reads legislation, without a certificate; a site without this section has no such page. */
        public: z
            .strictObject({
                /** The CIDRs that the public connects from. If one contains a site's block, as 0.0.0.0/0 does, that block is left out. */
                networks: z.array(block).min(1, "must name one or more: 0.0.0.0/0 is everybody"),
                /** How many requests one address may make in a minute at each of the page's pods. */
                requestsPerMinute,
            })
            .optional(),
    })
    .optional();

/** This section of a stack's configuration. */
export interface EdgeSection {
    readonly edge?: z.infer<typeof edge>;
}
