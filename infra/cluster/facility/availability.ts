/** The availability to expect, from random failures and repairs. Pure, as far as `random` is. */
import { fallen } from "./facility";
import { type Site, judge } from "./fault";
import { RATES, type Rate } from "./rates";

export interface Availability {
    /** Share of the time in which nothing was lacking, 0 … 1. */
    readonly mean: number;
    /** Standard error of the mean: batches of years are independent of each other. */
    readonly standardError: number;
    readonly outagesPerYear: number;
}

export interface Run {
    /** Batches of equal length, one after the other; the more there are, the better is the error known. */
    readonly batches: number;
    /** Years in each batch. */
    readonly years: number;
    /** Uniformly distributed, 0 ≤ x < 1. */
    readonly random: () => number;
}

const YEAR = 8760;
/** Quantile of the normal distribution for 95 %, two-sided. */
const Z = 1.96;

/**
 * Each part fails and is repaired by itself, after exponentially distributed times, so that what happens next, and when, depends only on
 * what is down now (Gillespie's direct method).
 *
 * @param isUp asked once for each set of parts that are down
 */
export function simulate(parts: readonly Rate[], isUp: (down: readonly boolean[]) => boolean, run: Run): Availability {
    const down = parts.map(() => false);
    const known = new Map<string, boolean>();
    const standing = (): boolean => {
        const key = down.flatMap((isDown, index) => (isDown ? index : [])).join();
        const found = known.get(key) ?? isUp(down);
        known.set(key, found);
        return found;
    };
    const rate = (index: number): number => {
        const { mtbf, mttr } = parts[index] as Rate;
        return 1 / (down[index] ? mttr : mtbf);
    };
    let total = parts.reduce((sum, _, index) => sum + rate(index), 0);
    let up = standing();
    let outages = 0;
    const shares = Array.from({ length: run.batches }, () => {
        const hours = run.years * YEAR;
        let [now, lost] = [0, 0];
        while (now < hours) {
            const next = Math.min(now - Math.log(1 - run.random()) / total, hours);
            lost += up ? 0 : next - now;
            now = next;
            if (now < hours) {
                const index = chosen(parts.length, rate, run.random() * total);
                total -= rate(index);
                down[index] = !down[index];
                total += rate(index);
                const before = up;
                up = standing();
                outages += before && !up ? 1 : 0;
            }
        }
        return 1 - lost / hours;
    });
    const mean = shares.reduce((sum, share) => sum + share, 0) / run.batches;
    const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / (run.batches - 1);
    return {
        mean,
        standardError: Math.sqrt(variance / run.batches),
        outagesPerYear: outages / (run.batches * run.years),
    };
}

/** The part at which the sum of the rates passes `mark`. */
function chosen(count: number, rate: (index: number) => number, mark: number): number {
    let left = mark;
    for (let index = 0; index < count - 1; index++) {
        left -= rate(index);
        if (left < 0) {
            return index;
        }
    }
    return count - 1;
}

/** 95 % of such intervals have the true mean in them. */
export function interval({ mean, standardError }: Availability): readonly [number, number] {
    return [mean - Z * standardError, Math.min(mean + Z * standardError, 1)];
}

/** The availability of a whole site, which is up only while nothing is lacking: neither a registry's quorum nor room for a single Job. */
export function siteAvailability(site: Site, run: Run): Availability {
    const lacks = judge(site);
    const nothing = site.facility.map(() => false);
    const rates = site.facility.map(({ kind }) => RATES[kind]);
    return simulate(rates, (down) => lacks(fallen(site.facility, down), nothing).length === 0, run);
}

/** The bounds of an availability, 0 … 1, and what keeps it from being 1. */
export interface Bounds {
    readonly low: number;
    readonly high: number;
    /** Pairs of components that stop something when both are down at once, without notice. */
    readonly pairs: number;
    /** Names of the components that stop something and are down for the largest share of the time. */
    readonly likeliest: readonly string[];
}

/** States with more components down at once are not examined: they count as an outage in one bound, and as none in the other. */
const AT_ONCE = 3;

/**
 * Computes the same without chance: parts that fail and are repaired by themselves are down independently of each other, each for a share
 * mttr / (mtbf + mttr) of the time.
 */
export function siteBounds({ facility: all, ...rest }: Site): Bounds {
    const lacks = judge({ facility: all, ...rest });
    const nothing = all.map(() => false);
    const odds = all.map(({ kind }) => RATES[kind].mttr / RATES[kind].mtbf);
    const allUp = odds.reduce((product, odd) => product / (1 + odd), 1);
    let [up, lost, pairs, likeliest, longest] = [0, 0, 0, [] as readonly number[], 0];
    for (const gone of sets(all.length, AT_ONCE)) {
        const share = gone.reduce((product, index) => product * (odds[index] as number), allUp);
        const fault = [...nothing];
        gone.forEach((index) => (fault[index] = true));
        if (lacks(fallen(all, fault), nothing).length === 0) {
            up += share;
            continue;
        }
        lost += share;
        pairs += gone.length === 2 ? 1 : 0;
        [likeliest, longest] = share > longest ? [gone, share] : [likeliest, longest];
    }
    return { low: up, high: 1 - lost, pairs, likeliest: likeliest.map((index) => all[index]?.name ?? "") };
}

/** All sets of at most `most` of the numbers below `count`. */
function* sets(count: number, most: number, from = 0): Generator<number[]> {
    yield [];
    for (let first = from; most > 0 && first < count; first++) {
        for (const rest of sets(count, most - 1, first + 1)) {
            yield [first, ...rest];
        }
    }
}
