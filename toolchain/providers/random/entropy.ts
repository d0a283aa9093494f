/** Uniform draws. */

/** Gives `size` random bytes. */
export type Entropy = (size: number) => Buffer;

/** A whole number from 0 up to but not including `bound`; each is as likely as any other. */
export function below(bound: bigint, source: Entropy): bigint {
    // One byte more than needed makes a rejected draw rarer than 1 in 256.
    const size = Math.ceil(bound.toString(2).length / 8) + 1;
    const space = 1n << BigInt(size * 8);
    const unbiased = space - (space % bound);
    for (;;) {
        const drawn = BigInt(`0x${source(size).toString("hex")}`);
        if (drawn < unbiased) {
            return drawn % bound;
        }
    }
}

/** One of `items`, which must not be empty. */
export function pickOne<T>(items: readonly T[], source: Entropy): T {
    return items[Number(below(BigInt(items.length), source))] as T;
}

/** A permutation of `items`; each is as likely as any other (Fisher and Yates). */
export function shuffled<T>(items: readonly T[], source: Entropy): T[] {
    const result = [...items];
    for (let last = result.length - 1; last > 0; last--) {
        const other = Number(below(BigInt(last + 1), source));
        [result[last], result[other]] = [result[other] as T, result[last] as T];
    }
    return result;
}
