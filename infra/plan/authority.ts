/** Who issues certificates here, and for how long. */
import type { EmbassyConfig } from "../config";
import { PROJECT } from "../config";
import { REGISTRIES } from "../config/registries";

export interface Validity {
    readonly hours: number;
    /** Hours before the end at which a renewal is due. */
    readonly renewalHours: number;
}

export interface AuthorityPlan {
    readonly site: string;
    /** True on the one site that holds the root; the others have their intermediate from its stack. */
    readonly holdsRoot: boolean;
    /** Fully qualified stack of the root, `organization/project/stack`; a self-managed back end has one organization of that name. */
    readonly rootStack: string;
    /** Sites with an intermediate. */
    readonly sites: readonly string[];
    /** Registries with a secret. */
    readonly registries: readonly string[];
    readonly root: Validity;
    readonly intermediate: Validity;
    readonly leaf: Validity;
}

const DAY = 24;

export function planAuthority({ site, keys }: Pick<EmbassyConfig, "site" | "keys">): AuthorityPlan {
    const validity = (days: number): Validity => ({ hours: days * DAY, renewalHours: keys.renewBeforeDays * DAY });
    return {
        site: site.name,
        holdsRoot: keys.root === site.name,
        rootStack: `organization/${PROJECT}/${keys.root}`,
        sites: keys.sites,
        registries: REGISTRIES,
        root: validity(keys.rootDays),
        intermediate: validity(keys.intermediateDays),
        leaf: validity(keys.leafDays),
    };
}
