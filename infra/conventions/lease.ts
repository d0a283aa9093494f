/** Names that infra declares, and that Patroni and the lease agent (agents/lease-agent) read and write. Pure. */

/** ConfigMap in each registry's namespace in which its members keep what they know of the right to write. */
export const LEASE = "lease";

/** The admission policy by which nobody leads beyond the lease, and its binding. */
export const FENCE = "one-primary";

/** Annotations of that ConfigMap. */
export const ANNOTATION = {
    /** What the gate asks for. */
    asked: "data-embassy/asked",
    /** How the members have answered. */
    status: "data-embassy/status",
    /** RFC 3339. Where it is set, the API server lets nobody renew the leader's lock beyond it. */
    validUntil: "data-embassy/valid-until",
    /** A sentence on what in the database differs from its declaration; absent where nothing does. */
    problem: "data-embassy/problem",
    /** The declared `replication.acrossSites`. It is here and not in the members' pods, which a change of it would restart. */
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

/** Patroni's own annotations: the holder of the lock, and the agreed configuration. */
export const PATRONI = { leader: "leader", config: "config" } as const;

/** The lease agent's table, in which it makes a commit each second: one row. */
export const HEARTBEAT = { schema: "embassy", table: "embassy.heartbeat" } as const;

/** The function by which the lease agent drops slots that were given up: infra/registries/roles.ts makes it. */
export const DROP_LOST_SLOTS = `${HEARTBEAT.schema}.drop_lost_slots`;
