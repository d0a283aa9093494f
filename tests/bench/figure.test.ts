import { secondsOf } from "../../bench/cost";
import { areKept, ratio } from "../../bench/figure";
import { percentile } from "../../bench/process";

test("promises are kept where something was measured, and all of it is within them", () => {
    const kept = ratio("it", 1, 2, 1, "");
    expect(areKept([kept])).toBe(true);
    expect(areKept([kept, ratio("it", 3, 2, 1, "")])).toBe(false);
    expect(areKept([])).toBe(false);
    expect(areKept([ratio("no round", Number.NaN, 1, 1, "")])).toBe(false);
});

test("a percentile is a value that was measured, and of few values the highest", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([0.5, 0.9, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 90, 99, 100]);
    expect(percentile([3, 1, 2], 0.99)).toBe(3);
    expect(percentile([], 0.99)).toBeNaN();
});

test("processor time is read as shells write it", () => {
    expect(["0m0.05s", "1m2.340000s"].map(secondsOf)).toEqual([0.05, 62.34]);
    expect(secondsOf("1.2")).toBeNaN();
});
