/** The right to write, which one of two sites has, on the terms that are set here. docs/decisions/one-primary.md. Pure. */
import type { NetworkingSection } from "../../networking/config";
import type { ReplicationSection } from "./config";
import { type RoleSection, otherSite } from "../../restore/config";
import type { SiteSection } from "../../conventions/site";
import type { RegistryConfig } from "../config";
import { leaseAgentAddress, leaseAgentName } from "../../networking/addresses";

/**
 * Seconds. A leader that cannot renew its lock for `ttl` no longer leads. It looks each `loopWait`, and tries again for `retryTimeout`:
 * https://patroni.readthedocs.io/en/latest/dynamic_configuration.html. Patroni waits half of that for an answer. Where a busy API server did
 * what was asked but answered too late, the second request meets the first ("Concurrent update"), and Patroni looks again only if a second
 * is left: a leader would stop although it has the lock.
 */
export const PATRONI_SECONDS = { ttl: 20, loopWait: 5, retryTimeout: 7 } as const;
/**
 * Seconds within which a leader that cannot renew its lock has stopped. Patroni requires `ttl` to be at least this, so that nobody leads
 * beside it.
 */
export const GIVES_UP_SECONDS = PATRONI_SECONDS.loopWait + 2 * PATRONI_SECONDS.retryTimeout;

export interface LeasePlan {
    readonly role: SiteSection["site"]["role"];
    /** Fixed address at which the site's members grant leases, and the name by which the other site knows it. */
    readonly address: string;
    readonly host: string;
    /** The other site, and where its members grant leases. A restored environment has none, and asks nobody. */
    readonly partner: string;
    readonly partnerHost: string;
    readonly leaseSeconds: number;
    readonly maximumLag: number;
    /** Whether lease agents of the other site may show their members' certificate. */
    readonly former: boolean;
}

export function planLease(
    registry: string,
    { number }: Pick<RegistryConfig, "number">,
    config: RoleSection & NetworkingSection & ReplicationSection,
): LeasePlan {
    const { site, networking, replication } = config;
    const partner = otherSite(config);
    return {
        role: site.role,
        address: leaseAgentAddress(networking.services, number),
        host: leaseAgentName(registry, site.name),
        partner,
        partnerHost: leaseAgentName(registry, partner),
        leaseSeconds: replication.leaseSeconds,
        maximumLag: replication.maximumLag,
        former: replication.formerLeaseAgents ?? false,
    };
}
