/** How the lab's Go programs handle memory: two sites share one machine. */

const MIB = 1024 * 1024;

/**
 * Go lets the heap double before it collects: with few megabytes alive, a tighter ratio is worth more memory than the
 * little time it costs. The limit is soft: near it the collector works harder, and nothing fails.
 */
export function goMemory(limitMiB: number): Record<string, string> {
    return { GOGC: "50", GOMEMLIMIT: String(limitMiB * MIB) };
}
