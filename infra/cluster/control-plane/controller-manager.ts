/** How a site's controller managers are run, whoever starts them: a real site's machines, or the lab. Pure. */

/**
 * A zone is given up when all of it is silent, and not at 55 %: from there on a cluster of up to 50 nodes evicts nothing by default
 * (`--secondary-node-eviction-rate`), and what was on the last lost host would stay there. Zones here are small: a rack and a host are more than half.
 * https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction
 */
export const EVICTION = ["--unhealthy-zone-threshold=1"] as const;
