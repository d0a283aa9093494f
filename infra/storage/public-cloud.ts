import { z } from "zod";
import { credentials, hostAddress, hostName } from "../conventions/host";
import { PUBLIC_REGISTRIES } from "../conventions/registries";

/** A bucket beyond the two sites, for copies of what their stores have of the public registries: docs/decisions/public-cloud.md. */
export const publicCloud = z.strictObject({
    /** Host of its S3 interface, as its certificate names it. */
    endpoint: hostName,
    address: hostAddress,
    region: z.string().min(1, "must be the region that the cloud knows the bucket in"),
    bucket: z.string().regex(/^[a-z0-9][-.a-z0-9]{1,61}[a-z0-9]$/, "must be a bucket's name, in small letters"),
    /** Secret with the keys `id` and `secret` in the namespace of each of the registries. */
    credentials,
    registries: z
        .array(
            z
                .string()
                .refine(
                    (name) => PUBLIC_REGISTRIES.includes(name),
                    `must be ${PUBLIC_REGISTRIES.join(", ")}, which alone is public: take it out; ` +
                        "its second copy is at the other site (site.partner)",
                ),
        )
        .min(1, `must name ${PUBLIC_REGISTRIES.join(", ")}; without any, leave publicCloud out`),
});

export type PublicCloudConfig = z.infer<typeof publicCloud>;
