import {
    isTooOld,
    longestDays,
    longestHours,
    mostRuns,
    scheduleProblem,
} from "../../../../infra/registries/backups/schedules";

describe("a schedule", () => {
    it.each([
        "0 1 * * 0",
        "0 1 * * SUN",
        "0 1 1 JAN,jul *",
        "*/15 2-4 * * 1-6",
        "@weekly",
        "0 0 29 2 *",
        "0 1 1,15 * 0",
        "0 1 1 JUL *",
    ])("%s is one", (schedule) => expect(scheduleProblem(schedule)).toBeUndefined());

    it.each([
        ["99 99 * * *", "99"],
        ["0 0 31 2 *", "comes about"],
        ["0 1 * * 7", "from 0 to 6"],
        ["0 1 L * *", "five fields"],
        ["0 1 * * 0L", "five fields"],
        ["0 0 1 * * 0", "five fields"],
        ["TZ=UTC 0 1 * * 0", "five fields"],
        ["@reboot", "five fields"],
        ["0 24 * * *", "24"],
        ["5-1 * * * *", "5-1"],
        ["", "five fields"],
    ])("%s is none", (schedule, why) => expect(scheduleProblem(schedule)).toContain(why));

    it.each([
        ["0 1 * * 0", 7],
        ["0 1 1 * *", 31],
        ["0 1 * * 1-6", 2],
        ["0 1 * * *", 1],
        ["0 1 * 1 *", 336],
        ["0 1 1,15 * 0", 7],
        ["0 0 29 2 *", 1461],
        ["@weekly", 7],
    ])("%s comes at least each %i days", (schedule, days) => expect(longestDays(schedule)).toBe(days));

    it.each([
        ["0 1 * * 0", 37, 6],
        ["0 1 * * 1-6", 7, 7],
        ["0 1,2 * * 0", 1, 2],
        ["0 1 1 * *", 31, 2],
        ["@hourly", 1, 25],
    ])("%s comes within %i days at most %i times", (schedule, days, runs) =>
        expect(mostRuns(schedule, days)).toBe(runs),
    );

    it("may come several times a day", () => expect(longestHours("0 1,9,20 * * *")).toBe(11));

    it("is late once it was due and its run had its time", () => {
        const sunday = Date.parse("2026-11-29T01:05:00Z");
        const after = (hours: number): number => sunday + hours * 3_600_000;
        expect(isTooOld("0 1 * * 0", sunday, after(7 * 24))).toBe(false);
        expect(isTooOld("0 1 * * 0", sunday, after(7 * 24 + 13))).toBe(true);
        expect(isTooOld("0 1 * * *", sunday, after(37))).toBe(true);
    });
});
