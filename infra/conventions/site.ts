import { z } from "zod";
import { free, shared } from "./numbers";

/** A DNS label (RFC 1123): it becomes part of certificate subjects and labels. */
const siteName = z.string().regex(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/, "must be a DNS label of at most 32 characters");

/** The largest number of a site: with {@link MOST_MEMBERS} members each, no pod has an ordinal of more than three digits. */
const LAST_SITE = 99;

/**
 * The most members that one registry has in one site. They are numbered on from site to site: the ordinal of a site's first member is the
 * site's number times this, so that no two members of a registry have the same name in the two sites of a pair.
 */
export const MOST_MEMBERS = 10;

/** Every site, by name. A number is given once and stays, because pods are named by it. */
export const sites = z
    .record(siteName, z.strictObject({ number: z.int().min(0).max(LAST_SITE) }))
    .superRefine((all, context) => {
        const numbers = Object.entries(all).map(([name, { number }]) => [name, number] as const);
        for (const { name, other } of shared(numbers)) {
            const next = free(
                numbers.map(([, number]) => number),
                0,
            );
            const message = `must be a number that no other site has, and ${other} has it (sites.${other}.number): ${next} is free`;
            context.addIssue({ code: "custom", path: [name, "number"], message });
        }
    });

const common = {
    name: siteName,
    /** Country in which the machines stand, ISO 3166-1 alpha-2. Jurisdiction is Estonia's wherever that is. */
    country: z.string().regex(/^[A-Z]{2}$/, "must be a country code of two capital letters (ISO 3166-1), such as LU"),
    /** Host and port of the site's own image registry: every site resolves the name to its own. */
    imageRegistry: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d+)?$/, "must be host or host:port"),
    /** Context in the kubeconfig (`KUBECONFIG`, as kubectl reads it) through which this site is reached. */
    context: z.string().min(1),
};

/** A site's role for its registries: it writes them, follows the other site of its pair, or was made to restore them. */
export const SITE_ROLES = ["primary", "standby", "restore"] as const;
export type SiteRole = (typeof SITE_ROLES)[number];

/** A site of a pair: it writes its registries, or follows the other site. */
export const pairedSite = z.strictObject({
    ...common,
    role: z.enum(SITE_ROLES, `must be one of ${SITE_ROLES.join(", ")}`).exclude(["restore"]),
    /** The other site of the pair: a standby follows it, and it has the second copy of every stored version. */
    partner: siteName,
});

/** A site that was made to restore registries. The section `restore` says where they come from. */
export const restoredSite = z.strictObject({ ...common, role: z.literal("restore") });

/** This section of a stack's configuration. */
export interface SiteSection {
    readonly site: z.infer<typeof pairedSite> | z.infer<typeof restoredSite>;
}
export interface SitesSection {
    readonly sites: z.infer<typeof sites>;
}
