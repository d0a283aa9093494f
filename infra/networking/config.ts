import { z } from "zod";
import { cidr } from "../conventions/cidr";

export const block = z.string().superRefine((text, context) => {
    const problem = cidr.problem(text);
    if (problem !== undefined) {
        context.addIssue({ code: "custom", message: problem });
    }
});

/** All ranges are IPv4 CIDRs. A site owns one `block`; its own ranges lie in it, and no peer's block touches it. */
export const networking = z
    .strictObject({
        block,
        nodes: block,
        pods: block,
        services: block,
        /** The other sites that this one may reach, by name: their block, and in it the ranges of their pods and Services. */
        peers: z.record(z.string(), z.strictObject({ block, pods: block, services: block })),
    })
    .superRefine(({ block: own, peers, ...ranges }, context) => {
        const inside = Object.entries(ranges).filter(([, range]) => cidr.problem(range) === undefined);
        if (cidr.problem(own) !== undefined) {
            return;
        }
        for (const [key, range] of inside) {
            if (!cidr.contains(own, range)) {
                context.addIssue({ code: "custom", path: [key], message: `must lie inside the site's block ${own}` });
            }
        }
        inside.forEach(([key, range], index) => {
            for (const [otherKey, other] of inside.slice(index + 1)) {
                if (cidr.overlap(range, other)) {
                    context.addIssue({
                        code: "custom",
                        path: [otherKey],
                        message: `must not overlap ${key} (${range})`,
                    });
                }
            }
        });
        for (const [peer, { block: theirs, ...parts }] of Object.entries(peers)) {
            if (cidr.problem(theirs) !== undefined) {
                continue;
            }
            if (cidr.overlap(own, theirs)) {
                const message = `must not overlap this site's own block ${own}`;
                context.addIssue({ code: "custom", path: ["peers", peer, "block"], message });
            }
            for (const [key, range] of Object.entries(parts)) {
                if (cidr.problem(range) === undefined && !cidr.contains(theirs, range)) {
                    const message = `must lie inside the peer's block ${theirs}`;
                    context.addIssue({ code: "custom", path: ["peers", peer, key], message });
                }
            }
            const { pods, services } = parts;
            if ([pods, services].every((range) => cidr.problem(range) === undefined) && cidr.overlap(pods, services)) {
                const message = `must not overlap the peer's pods (${pods})`;
                context.addIssue({ code: "custom", path: ["peers", peer, "services"], message });
            }
        }
    });

/** This section of a stack's configuration. */
export interface NetworkingSection {
    readonly networking: z.infer<typeof networking>;
}
