/**
 * Go's `math/rand`, from which upstream draws where a program gives a seed: the same seed gives the same values in both. It is an additive lagged
 * Fibonacci generator, x[n] = x[n-607] + x[n-273] modulo 2^64, over a table that its authors made by running it 7.8e12 steps
 * from seed 1 (https://go.dev/src/math/rand/gen_cooked.go).
 */
const LENGTH = 607;
const TAP = 273;
const MODULUS = 2147483647n;
const STEPS = 7_800_000_000_000n;
/** Go's CRC-64 of ISO 3309, with its bits reversed. */
const CRC_POLYNOMIAL = 0xd800000000000000n;

export interface GoGenerator {
    /** A whole number from 0 up to but not including `bound`, which is at most 2^63. */
    below(bound: bigint): bigint;
    /** The numbers from 0 up to but not including `length`, in some order. */
    permutation(length: number): number[];
}

/** @param seed a text, which upstream hashes (terraform-provider-random, internal/random/seed.go) */
export function goGenerator(seed: string): GoGenerator {
    const next = source(BigInt.asIntN(64, crc64(Buffer.from(seed))));
    /** Go's `Int31n` and `Int63n`: they take the upper bits of each draw, and draw again where the result would be biased. */
    const below = (bound: bigint): bigint => {
        const bits = bound <= MODULUS ? 31n : 63n;
        const draw = (): bigint => BigInt.asUintN(63, next()) >> (63n - bits);
        const unbiased = (1n << bits) - ((1n << bits) % bound);
        for (;;) {
            const value = draw();
            if (value < unbiased) {
                return value % bound;
            }
        }
    };
    return {
        below,
        permutation(length) {
            const result: number[] = [];
            for (let index = 0; index < length; index++) {
                const other = Number(below(BigInt(index + 1)));
                result[index] = result[other] ?? index;
                result[other] = index;
            }
            return result;
        },
    };
}

function source(seed: bigint): () => bigint {
    const table = (cooked ??= cook());
    const seeded = fill(seed, 40n, 20n).map((value, index) => value ^ (table[index] ?? 0n));
    let [tap, feed] = [0, LENGTH - TAP];
    return () => {
        tap = (tap + LENGTH - 1) % LENGTH;
        feed = (feed + LENGTH - 1) % LENGTH;
        return (seeded[feed] = BigInt.asUintN(64, (seeded[feed] ?? 0n) + (seeded[tap] ?? 0n)));
    };
}

/** A table from x[n+1] = 48271 x[n] modulo 2^31 - 1, which uses three of these numbers for each of its own. */
function fill(seed: bigint, first: bigint, second: bigint): bigint[] {
    let x = ((seed % MODULUS) + MODULUS) % MODULUS || 89482311n;
    const step = (): bigint => (x = (x * 48271n) % MODULUS);
    for (let warmUp = 0; warmUp < 20; warmUp++) {
        step();
    }
    return Array.from({ length: LENGTH }, () => (step() << first) ^ (step() << second) ^ step());
}

let cooked: readonly bigint[] | undefined;

/**
 * The table after {@link STEPS} steps, without taking them: since x^607 = x^334 + 1, x^STEPS is a sum of lower powers, and so each number of
 * the table is a sum of the first ones.
 */
function cook(): bigint[] {
    const start = fill(1n, 20n, 10n);
    // The table is in the order of the steps, which go down through it.
    const at = (step: number): number => (((LENGTH - TAP - step) % LENGTH) + LENGTH) % LENGTH;
    const numbers = Array.from({ length: LENGTH }, (_, index) => start[at(index - LENGTH + 1)] ?? 0n);
    for (let index = LENGTH; index < 2 * LENGTH; index++) {
        numbers.push(BigInt.asUintN(64, (numbers[index - LENGTH] ?? 0n) + (numbers[index - TAP] ?? 0n)));
    }
    const sums = multiply(powerOfX(STEPS).reverse(), numbers);
    const last = Number(STEPS % BigInt(LENGTH));
    const result: bigint[] = [];
    for (let index = 0; index < LENGTH; index++) {
        result[at(last + index - LENGTH + 1)] = sums[LENGTH - 1 + index] ?? 0n;
    }
    return result;
}

/** Coefficients, the lowest first, of x^exponent modulo x^607 - x^334 - 1. */
function powerOfX(exponent: bigint): bigint[] {
    let result = [1n];
    for (const bit of exponent.toString(2)) {
        result = multiply(result, result);
        if (bit === "1") {
            result.unshift(0n);
        }
        for (let degree = result.length - 1; degree >= LENGTH; degree--) {
            for (const lower of [degree - LENGTH, degree - TAP]) {
                result[lower] = BigInt.asUintN(64, (result[lower] ?? 0n) + (result[degree] ?? 0n));
            }
        }
        result = result.slice(0, LENGTH);
    }
    return [...result, ...Array<bigint>(LENGTH - result.length).fill(0n)];
}

/** Hexadecimal digits that a sum of 1214 products of two 64-bit numbers needs. */
const ROOM = 36;

/** The product of two polynomials with coefficients modulo 2^64, computed as one product of two large numbers, which is fast. */
function multiply(a: readonly bigint[], b: readonly bigint[]): bigint[] {
    const pack = (values: readonly bigint[]): bigint =>
        BigInt(
            `0x${[...values]
                .reverse()
                .map((value) => value.toString(16).padStart(ROOM, "0"))
                .join("")}`,
        );
    const length = a.length + b.length - 1;
    const digits = (pack(a) * pack(b)).toString(16).padStart(length * ROOM, "0");
    return Array.from({ length }, (_, index) => {
        const end = digits.length - index * ROOM;
        return BigInt(`0x${digits.slice(end - 16, end)}`);
    });
}

function crc64(data: Buffer): bigint {
    let crc = 0xffffffffffffffffn;
    for (const byte of data) {
        crc ^= BigInt(byte);
        for (let bit = 0; bit < 8; bit++) {
            crc = (crc >> 1n) ^ (crc & 1n ? CRC_POLYNOMIAL : 0n);
        }
    }
    return crc ^ 0xffffffffffffffffn;
}
