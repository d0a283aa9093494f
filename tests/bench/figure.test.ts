import { areKept, ratio } from "../../bench/figure";

test("promises are kept where something was measured, and all of it is within them", () => {
    const kept = ratio("it", 1, 2, 1, "");
    expect(areKept([kept])).toBe(true);
    expect(areKept([kept, ratio("it", 3, 2, 1, "")])).toBe(false);
    expect(areKept([])).toBe(false);
    expect(areKept([ratio("no round", Number.NaN, 1, 1, "")])).toBe(false);
});
