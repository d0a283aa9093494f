/** Who issues certificates here, and for how long. */
import type { KeysSection } from "./config";
import type { SiteSection, SitesSection } from "../conventions/site";
import { PROJECT } from "../conventions/names";

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

/** Days before its end at which an issuer is renewed. It is then valid for longer than anything that it may sign until the renewal. */
export function issuerRenewalDays({ leafDays, renewBeforeDays }: KeysSection["keys"]): number {
    return leafDays + renewBeforeDays;
}

export function planAuthority({
    site,
    sites,
    keys,
    registries,
}: SiteSection & SitesSection & KeysSection & { readonly registries: object }): AuthorityPlan {
    const validity = (days: number, before = keys.renewBeforeDays): Validity => ({
        hours: days * DAY,
        renewalHours: before * DAY,
    });
    return {
        site: site.name,
        holdsRoot: keys.root === site.name,
        rootStack: `organization/${PROJECT}/${keys.root}`,
        sites: Object.keys(sites),
        registries: Object.keys(registries),
        root: validity(keys.rootDays),
        // When the old one ends, everything that it has signed has been renewed.
        intermediate: validity(keys.intermediateDays, issuerRenewalDays(keys)),
        leaf: validity(keys.leafDays),
    };
}
