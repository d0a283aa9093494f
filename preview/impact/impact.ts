/** What depends on one thing of a site, in every format: the JSON format is exactly this. */
import { z } from "zod";

export const IMPACT_VERSION = 1;

const line = z.strictObject({ who: z.string(), what: z.string() });

const site = z.strictObject({
    stack: z.string(),
    name: z.string(),
    stops: z.array(line).describe("who cannot go on without it, and why"),
    goesOn: z.array(line).describe("who can, and how"),
    unreachable: z.array(line).describe("who talks to what stops, and at which ports: nobody answers there"),
    restarts: z.array(z.array(z.string())).describe("in steps: what comes up again once it is back"),
});

export const impactReport = z.strictObject({
    version: z.literal(IMPACT_VERSION),
    impact: z.string(),
    sites: z.array(site),
});

export type ImpactReport = z.infer<typeof impactReport>;
export type SiteImpact = z.infer<typeof site>;
export type Line = z.infer<typeof line>;
/** The findings about one thing in one site. */
export type Found = Omit<SiteImpact, "stack" | "name">;
