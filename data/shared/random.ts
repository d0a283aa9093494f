/**
 * Reproducible random numbers: the small fast counter generator (sfc32) of PractRand. The same keys give the same
 * numbers on every machine, and any part of the data can be made without what comes before it.
 */
const TWO_32 = 2 ** 32;
/** Rounds after which neighbouring keys have nothing in common. */
const WARM_UP = 10;

export class Random {
    private a = 0;
    private b = 0;
    private c = 0;
    private counter = 1;

    /** Starts anew from three 32-bit keys, say seed, purpose and index. */
    restart(seed: number, purpose: number, index: number): this {
        this.a = seed | 0;
        this.b = Math.imul(purpose, 0x9e3779b1);
        this.c = index | 0;
        this.counter = 1;
        for (let i = 0; i < WARM_UP; i++) {
            this.next();
        }
        return this;
    }

    /** An integer from 0 to `limit` - 1. */
    below(limit: number): number {
        return Math.floor((this.next() / TWO_32) * limit);
    }

    /** An integer from `low` to `high`, both possible. */
    between(low: number, high: number): number {
        return low + this.below(high - low + 1);
    }

    chance(probability: number): boolean {
        return this.next() < probability * TWO_32;
    }

    /** One of `values`; the first ones more often, as names are. */
    skewed<T>(values: readonly T[]): T {
        const share = this.next() / TWO_32;
        return values[Math.floor(share * share * values.length)] as T;
    }

    one<T>(values: readonly T[]): T {
        return values[this.below(values.length)] as T;
    }

    private next(): number {
        const sum = (((this.a + this.b) | 0) + this.counter) | 0;
        this.counter = (this.counter + 1) | 0;
        this.a = this.b ^ (this.b >>> 9);
        this.b = (this.c + (this.c << 3)) | 0;
        this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
        this.c |= 0;
        return sum >>> 0;
    }
}
