import { z } from "zod";
import { instant } from "../conventions/instant";
import { REGISTRIES } from "../conventions/registries";

/** Where a site of role `restore` comes from. */
export const restore = z
    .strictObject({
        /** Site whose object store holds the versions. */
        from: z.string(),
        /** The instant to restore to (PITR); without it, everything that is backed up. */
        at: instant.optional(),
        /** Registry → generation of the keys that open what it is restored from; where not named, the newest. */
        generations: z.partialRecord(z.enum(REGISTRIES), z.int().min(1)).optional(),
    })
    .optional();

/** A stack's configuration, as far as this section goes. */
export interface RestoreSection {
    readonly restore?: z.infer<typeof restore>;
}
