import { z } from "zod";
import { instant } from "../conventions/instant";

/** Where a site of role `restore` comes from. */
export const restore = z
    .strictObject({
        /** Site whose object store holds the versions. */
        from: z.string(),
        /** The last instant that is to be in it; all that is stored where none is given. */
        at: instant.optional(),
        /** Registry → generation of the keys that open what it is restored from; where not named, the newest. */
        generations: z.record(z.string(), z.int().min(1)).optional(),
    })
    .optional();

/** A stack's configuration, as far as this section goes. */
export interface RestoreSection {
    readonly restore?: z.infer<typeof restore>;
}
