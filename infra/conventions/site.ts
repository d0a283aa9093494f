import { z } from "zod";

export const site = z.strictObject({
    /** A DNS label (RFC 1123): it becomes part of certificate subjects and labels. */
    name: z.string().regex(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/, "must be a DNS label of at most 32 characters"),
    /** What the site does with its registries: writes them, follows them, or was made to bring them back. */
    role: z.enum(["primary", "standby", "restore"]),
    /** Where the machines stand, ISO 3166-1 alpha-2. Jurisdiction is Estonia's wherever that is. */
    country: z.string().regex(/^[A-Z]{2}$/, "must be a country code of two capital letters (ISO 3166-1), such as LU"),
    /** Host and port of the site's own image registry: every site resolves the name to its own. */
    imageRegistry: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d+)?$/, "must be host or host:port"),
});

/** A stack's configuration, as far as this section goes. */
export interface SiteSection {
    readonly site: z.infer<typeof site>;
}
