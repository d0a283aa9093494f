/** Sets how the lab's Go programs use memory, because two sites share one machine. */

const MIB = 1024 * 1024;

/**
 * Go lets the heap double before it collects. With only a few megabytes alive, a lower ratio saves more memory than the little time it costs
 * is worth. The limit is soft: near it the collector works harder, and nothing fails.
 */
export function goMemory(limitMiB: number): Record<string, string> {
    return { GOGC: "50", GOMEMLIMIT: String(limitMiB * MIB) };
}
