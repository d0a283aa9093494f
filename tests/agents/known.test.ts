import { Known, SETTLES_MS } from "../../agents/retention-agent/known";
import type { Version } from "../../agents/store/versions";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function version(bucket: string, writtenAt: number): Version {
    return { bucket, key: "archive/segment", versionId: String(writtenAt), writtenAt };
}

describe("what a retention agent remembers", () => {
    it("is a day's versions, after weeks of one a minute, and yet everything that was locked", () => {
        const known = new Known();
        for (let now = 0; now < 20 * DAY_MS; now += MINUTE_MS) {
            known.add(version("registry-land", now));
            if (now % DAY_MS === 0) {
                known.settle("registry-land", now);
            }
        }
        expect(known.size).toBeLessThanOrEqual((2 * DAY_MS) / MINUTE_MS);
        expect(known.has(version("registry-land", 0))).toBe(true);
        expect(known.has(version("registry-land", 20 * DAY_MS - MINUTE_MS))).toBe(true);
        expect(known.has(version("registry-land", 20 * DAY_MS))).toBe(false);
    });

    it("does not take for locked what was being uploaded during a sweep, nor what is in another bucket", () => {
        const known = new Known();
        known.settle("registry-land", 10 * DAY_MS);
        expect(known.has(version("registry-land", 10 * DAY_MS - SETTLES_MS))).toBe(false);
        expect(known.has(version("registry-land", 10 * DAY_MS - SETTLES_MS - 1))).toBe(true);
        expect(known.has(version("registry-taxes", 0))).toBe(false);
    });
});
