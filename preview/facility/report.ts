/** A report's section on a site's facility: how close it is to lacking something, and what each feed carries. */
import { z } from "zod";

const fault = {
    fails: z.string().describe("a component: `feed a`, `host a1-1`"),
    during: z.string().optional().describe("what is under maintenance then"),
};

const left = {
    what: z.string(),
    unit: z.string(),
    left: z.number().describe("members that run; of room and power, what nobody takes"),
    needed: z.number().describe("less is too little"),
    of: z.number().describe("with everything up"),
};

const margin = z.strictObject({
    closest: z
        .strictObject({ ...fault, left: z.array(z.strictObject(left)) })
        .describe("the fault after which the least is left, with what is scarce then"),
    least: z.array(z.strictObject({ ...left, ...fault })).describe("of each thing, the fault that leaves least of it"),
    availability: z.strictObject({
        low: z.number(),
        high: z.number(),
        pairs: z.int().describe("of components that stop something when both are down at once, without notice"),
        likeliest: z.array(z.string()).describe("what stops something for the largest share of the time"),
    }),
    feeds: z.array(
        z.strictObject({
            name: z.string(),
            watts: z.number().describe("that it delivers"),
            load: z.number().describe("W, with everything up"),
            most: z.number().describe("W, after the fault that puts most on it"),
            ...fault,
            hosts: z.int().describe("of its zone: those whose first feed it is, and what pods find on them"),
            cores: z.number(),
            gibibytes: z.number(),
            pods: z.int(),
            disks: z.int(),
        }),
    ),
});

export const facility = z.strictObject({
    before: margin.optional(),
    after: margin.optional(),
    told: z.array(z.string()).describe("what changes, in sentences"),
});

export type FacilityMargin = z.infer<typeof margin>;
export type FacilityReport = z.infer<typeof facility>;
