import { rehearse } from "../../custody/rehearse";

// These tests are slow, because they encrypt shares to custodians some hundred times.
jest.setTimeout(120_000);

const now = new Date("2026-03-01T12:00:00Z");
const onStep = (): void => undefined;

describe("a rehearsal", () => {
    it("finds everything as it must be", async () => {
        const report = await rehearse({ custodians: 5, threshold: 3, now, onStep });
        expect(report.steps.filter(({ right }) => !right)).toEqual([]);
        expect(report.steps).toHaveLength(12);
        expect(report.steps[0]).toMatchObject({
            step: "any 3 of 5 recover every secret",
            detail: "10 sets of custodians",
        });
        expect(report).toMatchObject({ custodians: 5, threshold: 3, right: true });
    });

    it("takes a sample where there are many sets of custodians", async () => {
        const { right, steps } = await rehearse({ custodians: 9, threshold: 2, now, onStep });
        expect(right).toBe(true);
        expect(steps[0]?.detail).toBe("30 sets of custodians");
    });

    it("is not held with terms that a ceremony would refuse", async () => {
        await expect(rehearse({ custodians: 3, threshold: 4, now, onStep })).rejects.toThrow(
            "threshold is 4; it must be 3 or less: there are 3 custodians",
        );
    });
});
