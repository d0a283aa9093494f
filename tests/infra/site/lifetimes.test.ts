import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { parseConfig } from "../../../infra/site/config";
import { plan } from "../../../infra/site/plan";
import { tooShort } from "../../../infra/site/days-alone";
import { DAY_SECONDS, type Lifetime, lifetimes } from "../../../infra/site/lifetimes";
import { LAB_LIFETIMES } from "../../../lab/lifetimes";
import { expectedResources } from "../../support/expected";
import { LIFETIMES_FILE, declaredLifetimes, lifetimesDocument } from "../../support/lifetimes";
import { STACKS, stackValues } from "../../support/stacks";

const UNIT_SECONDS: Readonly<Record<string, number>> = { seconds: 1, hours: 3600, days: DAY_SECONDS };
/** Matches fields and variables that say how long something is valid. */
const LASTS = /(?:expiration|validity|ttl|lease|lock|lifetime|duration).*?(seconds|hours|days)$/i;

/** All fields within a value that say how long something is valid, in seconds. */
function rendered(value: unknown): { field: string; seconds: number }[] {
    if (typeof value !== "object" || value === null) {
        return [];
    }
    const { name, value: text } = value as { name?: unknown; value?: unknown };
    const variables = typeof name === "string" && typeof text === "string" ? [[name, text]] : [];
    return [...Object.entries(value), ...variables].flatMap(([field, inner]) => {
        const unit = LASTS.exec(field)?.[1]?.toLowerCase() ?? "";
        const own = unit === "" ? [] : [{ field: field, seconds: Number(inner) * (UNIT_SECONDS[unit] ?? NaN) }];
        // This is Go's format of a duration.
        const hours = field === "duration" ? /^(\d+)h$/.exec(String(inner))?.[1] : undefined;
        const durations = hours === undefined ? [] : [{ field, seconds: Number(hours) * 3600 }];
        return [...own, ...durations, ...rendered(inner)];
    });
}

describe.each(STACKS)("what ends by itself in %s", (stack) => {
    it("outlasts 14 days without Tallinn", () => {
        expect(tooShort(declaredLifetimes(stack), "tallinn")).toEqual([]);
    });

    it("is all in the list", () => {
        const listed = declaredLifetimes(stack).map(({ seconds }) => seconds);
        const found = rendered(expectedResources(stack));
        const fields = ["validityPeriodHours", "duration", "expirationSeconds", "OBJECT_LOCK_DAYS", "LEASE_SECONDS"];
        expect(found.map(({ field }) => field)).toEqual(expect.arrayContaining(fields));
        expect(found.filter(({ seconds }) => !listed.includes(seconds))).toEqual([]);
    });
});

describe("lifetimes", () => {
    it("are those in docs/lifetimes.md; else npm run expected:update", () => {
        expect(readFileSync(LIFETIMES_FILE, "utf8")).toBe(lifetimesDocument(STACKS));
    });

    it("in the lab need no other site", () => {
        expect(LAB_LIFETIMES.filter(({ renewal }) => renewal.from === "home")).toEqual([]);
    });

    it("are accepted by the configuration where they outlast 14 days after two late runs of up, and nowhere else", () => {
        const values = stackValues("luxembourg");
        const days = fc.integer({ min: 1, max: 60 });
        fc.assert(
            fc.property(days, days, (renewBeforeDays, upkeepDays) => {
                const keys = { ...(values["data-embassy:keys"] as object), renewBeforeDays, upkeepDays };
                const config = { ...parseConfig("luxembourg", values), keys } as ReturnType<typeof parseConfig>;
                const accepted = ((): boolean => {
                    try {
                        parseConfig("luxembourg", { ...values, "data-embassy:keys": keys });
                        return true;
                    } catch {
                        return false;
                    }
                })();
                expect(accepted).toBe(tooShort(lifetimes(config), "tallinn").length === 0);
            }),
        );
    });

    it("that are too short stop the plan, each by its name", () => {
        const config = parseConfig("luxembourg", stackValues("luxembourg"));
        const late = { ...config, keys: { ...config.keys, upkeepDays: 10 } };
        expect(() => plan(late)).toThrow(
            [
                "luxembourg cannot go on for 14 days without tallinn; nothing was changed:",
                "  - certificate of the root: 10 days are left of it at worst when tallinn fails for good; it must be 14 days or more.",
            ].join("\n"),
        );
        expect(tooShort(lifetimes(late), "tallinn").map((line) => line.split(":")[0])).toEqual([
            "certificate of the root",
        ]);
    });

    it("that go on from the site itself may be as short as they are", () => {
        const token = (renewal: Lifetime["renewal"]): Lifetime => ({ name: "token", seconds: 60, renewal });
        expect(tooShort([token({ from: "here", by: "it" })], "tallinn")).toEqual([]);
        expect(tooShort([token({ from: "home", by: "Tallinn", leftSeconds: 60 })], "tallinn")).toEqual([
            "token: 60 s are left of it at worst when tallinn fails for good; it must be 14 days or more. It is renewed by Tallinn: renew it earlier, more often, or from the site itself",
        ]);
    });
});
