/** How a site's controller managers are run, on a real site's machines and in the lab. Pure. */

/**
 * A zone is given up when all of it is silent, and not at 55 %. From that share on, a cluster of up to 50 nodes evicts nothing by default
 * (`--secondary-node-eviction-rate`), and pods on the last lost host would stay there. Zones here are small: a rack and a host are more
 * than half of one.
 * https://kubernetes.io/docs/concepts/architecture/nodes/#rate-limits-on-eviction
 */
export const EVICTION = ["--unhealthy-zone-threshold=1"] as const;
