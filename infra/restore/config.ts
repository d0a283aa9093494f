import { z } from "zod";
import { instant } from "../conventions/instant";
import type { pairedSite, restoredSite } from "../conventions/site";

/** Where a site of role `restore` comes from. */
export const restore = z.strictObject({
    /** Site whose object store holds the versions. */
    from: z.string(),
    /** The last instant to restore; without it, everything that is stored. */
    at: instant.optional(),
    /** Registry → generation of the keys that open what it is restored from; the newest where it is not named. */
    generations: z.record(z.string(), z.int().min(1)).optional(),
});

/** The part of a stack's configuration that its site's role decides: the other site of a pair, or what the site is restored from. */
export type RoleSection =
    | { readonly site: z.infer<typeof pairedSite> }
    | { readonly site: z.infer<typeof restoredSite>; readonly restore: z.infer<typeof restore> };

/** The site that a site looks to: the other one of its pair, or the one that it is restored from. */
export function otherSite(config: RoleSection): string {
    return "restore" in config ? config.restore.from : config.site.partner;
}
