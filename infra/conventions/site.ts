import { z } from "zod";
import { free, shared } from "./numbers";

/** A DNS label (RFC 1123): it becomes part of certificate subjects and labels. */
const siteName = z.string().regex(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/, "must be a DNS label of at most 32 characters");

/** The largest number of a site: with {@link MOST_MEMBERS} members each, no pod has an ordinal of more than three digits. */
const LAST_SITE = 99;

/**
 * Members of one registry in one site, at most. They are counted on from site to site: a site's first member has the ordinal number
 * × this, so that no two members of a registry have the same name in the two sites of a pair.
 */
export const MOST_MEMBERS = 10;

/** Every site that there is, by name. A number is given once and stays: pods are named by it. */
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
    /** Where the machines stand, ISO 3166-1 alpha-2. Jurisdiction is Estonia's wherever that is. */
    country: z.string().regex(/^[A-Z]{2}$/, "must be a country code of two capital letters (ISO 3166-1), such as LU"),
    /** Host and port of the site's own image registry: every site resolves the name to its own. */
    imageRegistry: z.string().regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?(:\d+)?$/, "must be host or host:port"),
    /** Context in the kubeconfig (`KUBECONFIG`, as kubectl reads it) through which this site is reached. */
    context: z.string().min(1),
};

/** What a site is to its registries: it writes them, follows the other site of its pair, or was made to bring them back. */
export const SITE_ROLES = ["primary", "standby", "restore"] as const;
export type SiteRole = (typeof SITE_ROLES)[number];

/** One of a pair: it writes its registries, or follows the other. */
export const pairedSite = z.strictObject({
    ...common,
    role: z.enum(SITE_ROLES, `must be one of ${SITE_ROLES.join(", ")}`).exclude(["restore"]),
    /** The other site of the pair: followed by a standby, and the place of the second copy of every stored version. */
    partner: siteName,
});

/** One that was made to bring registries back. Where they come from, says the section `restore`. */
export const restoredSite = z.strictObject({ ...common, role: z.literal("restore") });

/** A stack's configuration, as far as this section goes. */
export interface SiteSection {
    readonly site: z.infer<typeof pairedSite> | z.infer<typeof restoredSite>;
}
export interface SitesSection {
    readonly sites: z.infer<typeof sites>;
}
