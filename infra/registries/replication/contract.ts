/** What infra declares and the lease agent (agents/lease-agent) reads and writes: both import these names. Pure. */

/** Name of the ConfigMap, in each registry's namespace, in which a registry's members keep what they know of the right to write. */
export const LEASE = "lease";

/** Of that ConfigMap. */
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
