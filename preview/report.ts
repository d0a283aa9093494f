/** The content of a report, in every format: the JSON format is exactly this. */
import { z } from "zod";
import { facility } from "./facility/report";
import { picture } from "./map/picture";

/** Raised where a reader of older reports would misread a newer one. */
export const VERSION = 2;

const change = z.strictObject({
    path: z.string(),
    replaces: z.boolean().describe("whether the object is replaced for it"),
    before: z.string().optional(),
    after: z.string().optional(),
    writers: z.array(z.string()).optional().describe("of drift: field managers, how, and when"),
});

const object = z.strictObject({
    operation: z.enum(["delete", "replace", "update", "create"]),
    kind: z.string(),
    name: z.string(),
    subject: z.string().describe("a registry, another namespace, the site, or its keys"),
    changes: z.array(change),
});

const danger = z.strictObject({
    kind: z.enum(["less margin", "deleted", "replaced", "loses protection", "not served meanwhile"]),
    text: z.string(),
    objects: z.array(z.string()).describe("all of them, however many"),
});

const problem = z.strictObject({
    tree: z.enum(["base", "head"]),
    message: z.string(),
    file: z.string(),
    line: z.int().optional().describe("of the stack file, where a key is named"),
});

const stack = z.strictObject({
    stack: z.string(),
    state: z.enum(["compared", "added", "removed", "not compared"]),
    problems: z.array(problem),
    dangers: z.array(danger),
    restarts: z.array(
        z.strictObject({ who: z.string(), members: z.array(z.string()), served: z.boolean(), text: z.string() }),
    ),
    flows: z.strictObject({ opened: z.array(z.string()), closed: z.array(z.string()) }),
    rights: z.strictObject({ gained: z.array(z.string()), lost: z.array(z.string()) }),
    certificates: z.array(z.string()).describe("issued anew, or for the first time"),
    settings: z.array(
        z.strictObject({
            key: z.string(),
            about: z.string().optional(),
            before: z.string().optional(),
            after: z.string().optional(),
            file: z.string(),
            line: z.int(),
        }),
    ),
    facility,
    picture: picture.optional().describe("of the site, where something in it changes"),
    policies: z.array(z.strictObject({ rule: z.string(), object: z.string(), remedy: z.string(), isNew: z.boolean() })),
    counts: z.array(z.strictObject({ subject: z.string(), operation: z.string(), count: z.int() })),
    objects: z.array(object),
    noise: z.array(z.strictObject({ change, objects: z.int() })).describe("what changes alike in most objects"),
    notes: z.array(z.string()).describe("what it was compared with, and what the engine warns of"),
});

const against = z.discriminatedUnion("what", [
    z.strictObject({ what: z.literal("commit"), ref: z.string(), commit: z.string() }),
    z.strictObject({
        what: z.literal("state"),
        file: z.string().optional().describe("an export; else the back end's"),
    }),
    z.strictObject({ what: z.literal("clusters") }).describe("drift: each cluster against its own state"),
]);

export const report = z.strictObject({
    version: z.literal(VERSION),
    title: z.string(),
    against,
    stacks: z.array(stack),
    leftOut: z.array(z.string()).describe("what this report says nothing about"),
});

export type Report = z.infer<typeof report>;
export type StackReport = z.infer<typeof stack>;
export type ObjectChange = z.infer<typeof object>;
export type Change = z.infer<typeof change>;
export type Danger = z.infer<typeof danger>;
export type Problem = z.infer<typeof problem>;
export type Restart = StackReport["restarts"][number];

/** The report's JSON schema, in draft 2020-12. */
export function reportSchema(): unknown {
    return z.toJSONSchema(report);
}
