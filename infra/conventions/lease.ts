/** Names that infra declares, and that Patroni and the lease agent (agents/lease-agent) read and write. Pure. */

/** Name of the ConfigMap, in each registry's namespace, in which a registry's members keep what they know of the right to write. */
export const LEASE = "lease";

/** Annotations of that ConfigMap. */
export const ANNOTATION = {
    /** What the gate asks for. */
    asked: "data-embassy/asked",
    /** What the members have made of it. */
    status: "data-embassy/status",
    /** RFC 3339. Where it is set, the API server lets nobody renew the leader's lock for later. */
    validUntil: "data-embassy/valid-until",
    /** A sentence on what of the database is not as declared; absent where everything is. */
    problem: "data-embassy/problem",
    /** The declared `replication.acrossSites`: not in the members' pods, which a change of it would restart. */
    acrossSites: "data-embassy/across-sites",
} as const;

/** When the primary answers a commit (`replication.acrossSites`). */
export const ACROSS_SITES = ["async", "bounded", "sync"] as const;
export type AcrossSites = (typeof ACROSS_SITES)[number];

/** Patroni's ConfigMap with the leader's lock. @param scope Patroni's name for the cluster */
export function leaderName(scope: string): string {
    return `${scope}-leader`;
}

/** Patroni's ConfigMap with the configuration that is the same for all members, in an annotation. */
export function agreedName(scope: string): string {
    return `${scope}-config`;
}

/** Annotations that are Patroni's own: of the lock who holds it, and of the agreed configuration what that is. */
export const PATRONI = { leader: "leader", config: "config" } as const;

/** The lease agent's table, in which it makes a commit each second: one row. */
export const HEARTBEAT = { schema: "embassy", table: "embassy.heartbeat" } as const;
