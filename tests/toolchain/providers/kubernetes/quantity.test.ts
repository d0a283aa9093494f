import fc from "fast-check";
import { sameQuantity } from "../../../../toolchain/providers/kubernetes/quantity";

const SAME: [string | number, string | number][] = [
    ["1Gi", "1024Mi"],
    ["1Ti", "1024Gi"],
    ["0.5Gi", "512Mi"],
    ["1.5Gi", "1536Mi"],
    ["1", "1000m"],
    [1, "1"],
    [0.5, "500m"],
    ["1k", "1000"],
    ["1e3", "1k"],
    ["1E3", "1000"],
    ["1E", "1000P"],
    ["100n", "0.1u"],
    ["0", "0Gi"],
    ["-1", "-1000m"],
    ["+1", "1"],
    [".5", "500m"],
    ["1.", "1"],
    ["2048Ki", "2Mi"],
    ["1Ei", "1152921504606846976"],
];
const DIFFERENT: [string | number, string | number][] = [
    ["1Gi", "1G"],
    ["1Mi", "1M"],
    ["1", "1m"],
    ["1", "-1"],
    ["1K", "1K"],
    ["", ""],
    ["abc", "abc"],
    ["1Gi ", "1Gi"],
    ["1GiB", "1Gi"],
    ["1ee3", "1000"],
];

describe("sameQuantity", () => {
    it.each(SAME)("takes %p and %p for the same", (left, right) => {
        expect(sameQuantity(left, right)).toBe(true);
        expect(sameQuantity(right, left)).toBe(true);
    });

    it.each(DIFFERENT)("tells %p from %p", (left, right) => {
        expect(sameQuantity(left, right)).toBe(false);
    });

    it("holds for any number of binary units", () => {
        const units = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
        fc.assert(
            fc.property(fc.nat(1e9), fc.integer({ min: 1, max: 5 }), (amount, unit) => {
                expect(sameQuantity(`${amount}${units[unit]}`, `${amount * 1024}${units[unit - 1]}`)).toBe(true);
                expect(sameQuantity(`${amount}${units[unit]}`, `${amount + 1}${units[unit]}`)).toBe(false);
            }),
        );
    });

    it("holds for any decimal fraction", () => {
        fc.assert(
            fc.property(fc.nat(1e9), (milli) => {
                expect(sameQuantity(`${milli}m`, (milli / 1000).toFixed(3))).toBe(true);
            }),
        );
    });
});
