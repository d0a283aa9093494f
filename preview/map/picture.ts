/** The content of a picture of the embassy, before its layout: boxes in boxes, and lines between them. */
import { z } from "zod";

export const MARKS = ["added", "changed", "removed"] as const;
const mark = z.enum(MARKS);

const KINDS = [
    "site",
    "registries",
    "registry",
    "service",
    "store",
    "zone",
    "rack",
    "host",
    "feed",
    "outside",
    "more",
] as const;

const node = z.strictObject({
    id: z.string().describe("`luxembourg/host a1-1`"),
    kind: z.enum(KINDS),
    title: z.string(),
    lines: z.array(z.string()),
    dots: z.array(z.string()).optional().describe("the zone of each member"),
    mark: mark.optional(),
    get children(): z.ZodArray<typeof node> {
        return z.array(node);
    },
});

const edge = z.strictObject({
    from: z.string(),
    to: z.string(),
    kind: z.enum(["flow", "power", "hosted", "versions"]),
    text: z.string().describe("ports"),
    both: z.literal(true).optional().describe("also the other way round"),
    mark: mark.optional(),
});

export const picture = z.strictObject({ nodes: z.array(node), edges: z.array(edge) });

export type Mark = z.infer<typeof mark>;
export type PictureNode = z.infer<typeof node>;
export type PictureEdge = z.infer<typeof edge>;
export type Picture = z.infer<typeof picture>;

/** A node and all nodes in it. */
export function within(node: PictureNode): PictureNode[] {
    return [node, ...node.children.flatMap(within)];
}
