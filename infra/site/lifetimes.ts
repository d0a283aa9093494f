/**
 * Everything of a site that ends by itself: how long it lasts, who renews it, and whether that goes on when the site that holds the root is
 * gone. Pure. docs/lifetimes.md is generated from it.
 */
import type { EmbassyConfig } from "./config";
import { issuerRenewalDays } from "../keys/plan-authority";
import { BREAK_GLASS_HOURS } from "../cluster/access/plan-break-glass";
import { TTL_SECONDS } from "../networking/dns/plan";
import { TOKEN_SECONDS } from "../kubernetes/token";
import { PATRONI_SECONDS } from "../registries/replication/plan";

export const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

export interface Lifetime {
    readonly name: string;
    readonly seconds: number;
    readonly renewal: Renewal;
}

export type Renewal =
    /** The site renews it with what it has itself. */
    | { readonly from: "here"; readonly by: string }
    /** Its renewal needs the state of the stack that holds the root. `leftSeconds`: how long it still lasts, at worst, when that state is lost. */
    | { readonly from: "home"; readonly by: string; readonly leftSeconds: number }
    /** It is meant to end, whatever else is gone. */
    | { readonly from: "nowhere"; readonly why: string };

export function lifetimes(config: EmbassyConfig): Lifetime[] {
    const { site, keys, storage, replication, edge } = config;
    const { root, renewBeforeDays, upkeepDays } = keys;
    /** @param runs how many runs of `up`, one after the other, it takes until the renewal is in the site */
    const certificate = (name: string, days: number, by: string, runs: number, before = renewBeforeDays): Lifetime => ({
        name,
        seconds: days * DAY_SECONDS,
        renewal: { from: "home", by, leftSeconds: (before - runs * upkeepDays) * DAY_SECONDS },
    });
    const issuer = issuerRenewalDays(keys);
    const issued = root === site.name ? "`up` here" : `\`up\` of ${root}, then here`;
    const runs = root === site.name ? 1 : 2;
    return [
        certificate("certificate of the root", keys.rootDays, issued, runs),
        certificate("certificate of the site's intermediate", keys.intermediateDays, issued, runs, issuer),
        {
            name: "certificate of a service, member or owner",
            seconds: keys.leafDays * DAY_SECONDS,
            renewal: { from: "here", by: `the site's cert-manager, ${renewBeforeDays} days before its end` },
        },
        ...(edge === undefined
            ? []
            : [
                  // An `up` here reads the state of the stack that holds the root, although that stack signs none of these.
                  certificate("certificate of the edge's authority", keys.intermediateDays, "`up` here", 1, issuer),
                  certificate("certificate of an ally", keys.leafDays, "`up` here, and is given to the ally", 1),
              ]),
        {
            name: "token of a pod for the API",
            seconds: TOKEN_SECONDS,
            renewal: { from: "here", by: "the kubelet, from the site's API servers" },
        },
        {
            name: "answer of the DNS server",
            seconds: TTL_SECONDS,
            renewal: { from: "here", by: "the site's DNS server, which asks no other" },
        },
        {
            name: "lock of a database's leader",
            seconds: PATRONI_SECONDS.ttl,
            renewal: { from: "here", by: "the leader, at the site's API servers" },
        },
        {
            name: "lease of a primary, to write",
            seconds: replication.leaseSeconds,
            renewal: { from: "nowhere", why: leased("restore" in config ? undefined : config.site.partner) },
        },
        {
            name: "certificate of who breaks the glass",
            seconds: BREAK_GLASS_HOURS.usual * HOUR_SECONDS,
            renewal: {
                from: "nowhere",
                why: "a quorum of custodians gives another; their authority ends with the quorum",
            },
        },
        {
            name: "object lock of a backup",
            seconds: storage.objectLockDays * DAY_SECONDS,
            renewal: {
                from: "nowhere",
                why: "nobody can remove it until then; the store locks newer ones as it takes them",
            },
        },
    ];
}

function leased(partner: string | undefined): string {
    return partner === undefined
        ? "a restore environment asks nobody for it"
        : `${partner} grants it, so that of two sites cut apart one writes; who is promoted with the other gone needs none, and who ` +
              "loses it for good lifts the fence ([failover](failover.md))";
}

/** A duration in words. */
export function duration(seconds: number): string {
    return Math.abs(seconds) >= DAY_SECONDS || seconds === 0 ? `${seconds / DAY_SECONDS} days` : `${seconds} s`;
}
