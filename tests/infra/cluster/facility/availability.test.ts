import { Random } from "../../../../data/shared/random";
import { type Run, interval, simulate, siteAvailability } from "../../../../infra/cluster/facility/availability";
import type { Rate } from "../../../../infra/cluster/facility/rates";
import { registry, siteWith } from "../../../support/tier4";

function run(years: number, seed = 1): Run {
    const random = new Random().restart(seed, 0, 0);
    return { batches: 100, years, random: () => random.below(2 ** 32) / 2 ** 32 };
}

/** Rates of parts that are down for a tenth, a fifth and a twentieth of the time. */
const TENTH = { mtbf: 90, mttr: 10 };
const FIFTH = { mtbf: 400, mttr: 100 };
const TWENTIETH = { mtbf: 19, mttr: 1 };

describe("a simulation", () => {
    const count = (down: readonly boolean[]): number => down.filter(Boolean).length;
    const choose3of5 = (p: number): number => 10 * p ** 3 * (1 - p) ** 2 + 5 * p ** 4 * (1 - p) + p ** 5;

    it.each<[string, readonly Rate[], (down: readonly boolean[]) => boolean, number]>([
        ["one part: MTBF / (MTBF + MTTR)", [TENTH], (down) => count(down) === 0, 0.9],
        ["two in a row", [TENTH, FIFTH], (down) => count(down) === 0, 0.9 * 0.8],
        ["two of which one is enough", [TENTH, FIFTH], (down) => count(down) < 2, 1 - 0.1 * 0.2],
        ["three of five", Array<Rate>(5).fill(TENTH), (down) => count(down) < 3, 1 - choose3of5(0.1)],
        [
            "a part behind two of which one is enough",
            [TENTH, TENTH, TWENTIETH],
            (down) => !(down[0] && down[1]) && !down[2],
            (1 - 0.01) * 0.95,
        ],
    ])("finds what can be reckoned: %s", (_, parts, isUp, exact) => {
        const found = simulate(parts, isUp, run(2));
        expect(Math.abs(found.mean - exact)).toBeLessThan(4 * found.standardError);
        expect(found.standardError).toBeLessThan(0.01);
    });

    it("finds how often: a part that is away for an hour in ten, ten hours at a time", () => {
        const { outagesPerYear } = simulate([TENTH], (down) => count(down) === 0, run(4));
        expect(outagesPerYear / (8760 / 100)).toBeCloseTo(1, 1);
    });

    it("has the truth in its interval 19 times in 20", () => {
        const hits = Array.from({ length: 100 }, (_, seed) => {
            const [low, high] = interval(simulate([TENTH], (down) => count(down) === 0, run(0.1, seed)));
            return low <= 0.9 && 0.9 <= high;
        });
        expect(hits.filter(Boolean).length).toBeGreaterThanOrEqual(88);
    });

    it("is the same for the same seed, and another for another", () => {
        const once = simulate([TENTH], (down) => count(down) === 0, run(1, 7));
        expect(simulate([TENTH], (down) => count(down) === 0, run(1, 7))).toEqual(once);
        expect(simulate([TENTH], (down) => count(down) === 0, run(1, 8))).not.toEqual(once);
    });

    it("asks of each state once", () => {
        const isUp = jest.fn(() => true);
        simulate([TENTH, FIFTH], isUp, run(1));
        expect(isUp).toHaveBeenCalledTimes(4);
    });
});

describe("a site", () => {
    it("is there for more than 99.995 % of the time, and one with a single member of a registry is not for 99.99 %", () => {
        const shipped = siteAvailability(
            siteWith(() => undefined),
            run(20),
        );
        expect(interval(shipped)[0]).toBeGreaterThan(0.99995);
        const fragile = siteAvailability(
            siteWith((config) => (registry(config, "land").members = 1)),
            run(20),
        );
        expect(interval(fragile)[1]).toBeLessThan(0.9999);
    });
});
