import { ConfigError, parseConfig } from "../../../infra/site/config";
import { ALLIES, EURO_AREA, NATO, allyProblem } from "../../../infra/edge/allied-codes";
import { stackValues } from "../../support/stacks";

describe("allies", () => {
    it("are the members of NATO and of the euro area, but for the embassy's own state", () => {
        expect([new Set(NATO).size, new Set(EURO_AREA).size]).toEqual([32, 21]);
        expect(EURO_AREA).toContain("BG");
        // The United States are only in NATO, Ireland is only in the euro area, and Belgium is in both.
        expect(ALLIES).toEqual(expect.arrayContaining(["US", "IE", "BE"]));
        expect(ALLIES).not.toContain("EE");
        // Seventeen states are in both, and Estonia is one of them.
        expect(ALLIES).toHaveLength(32 + 21 - 17 - 1);
        expect(ALLIES.filter((code) => allyProblem(code) !== undefined)).toEqual([]);
    });

    const rule = "must be the code (ISO 3166-1) of a member of NATO or of the euro area other than Estonia";
    it.each([
        ["CH", `${rule}, and Switzerland is neither (infra/edge/allied-codes.ts)`],
        // The European Union itself is no ally.
        ["EU", `${rule}, and European Union is neither (infra/edge/allied-codes.ts)`],
        ["EE", rule],
        ["Narnia", rule],
        ["constructor", rule],
        ["lv", `${rule}; did you mean LV?`],
        ["UK", `${rule}; did you mean GB?`],
        ["EL", `${rule}; did you mean GR?`],
        ["Finnland", `${rule}; did you mean FI?`],
    ])("are not %s", (code, problem) => {
        expect(allyProblem(code)).toBe(problem);
    });
});

describe("an edge", () => {
    function problems(change: object): readonly string[] {
        const values = stackValues("luxembourg");
        const edge = { ...(values["data-embassy:edge"] as object), ...change };
        try {
            parseConfig("luxembourg", { ...values, "data-embassy:edge": edge });
        } catch (error) {
            if (error instanceof ConfigError) {
                return error.problems;
            }
            throw error;
        }
        return [];
    }

    it.each<[object, string]>([
        [
            { allies: { FI: {}, CH: {} } },
            `allies.CH is not a name that can be used here; it must be the code (ISO 3166-1) of a member of NATO or of the euro area other than Estonia, and Switzerland is neither (infra/edge/allied-codes.ts)`,
        ],
        [
            { allies: { FI: { issued: 1, revoked: [2] } } },
            "allies.FI.revoked[0] is 2; it must be the number of one that was issued: 1 to 1 (issued)",
        ],
        [{ allies: { FI: { isued: 1 } } }, "allies.FI.isued is not known; did you mean issued?"],
        [{ networks: [] }, "networks is []; it must name one or more: none would mean every network"],
        [
            { networks: ["10.32.0.0/16"] },
            `networks[0] is "10.32.0.0/16"; it must not overlap a site's block (10.32.0.0/14): allies are outside`,
        ],
        [{ requestsPerMinute: 0 }, "requestsPerMinute is 0; it must be 1 or more"],
        [
            { public: { networks: [], requestsPerMinute: 1 } },
            "public.networks is []; it must name one or more: 0.0.0.0/0 is everybody",
        ],
        [
            { public: { networks: ["0.0.0.0/0", "10.32.0.0/16"], requestsPerMinute: 1 } },
            `public.networks[1] is "10.32.0.0/16"; it must not lie in a site's block (10.32.0.0/14): the public is outside`,
        ],
        [
            { public: { networks: ["0.0.0.0/0"], requestsPerMinute: 1, registries: ["population"] } },
            "public.registries is not known; known here: networks, requestsPerMinute",
        ],
    ])("that is %j is refused", (change, message) => {
        expect(problems(change)).toEqual([`data-embassy:edge.${message}`]);
    });

    it("says all that is wrong with it at once", () => {
        expect(problems({ requestsPerMinute: 0, public: { networks: [] } })).toHaveLength(3);
    });

    it("may admit all allies, and be missing", () => {
        expect(problems({ allies: Object.fromEntries(ALLIES.map((code) => [code, {}])) })).toEqual([]);
        expect(parseConfig("tallinn", stackValues("tallinn")).edge).toBeUndefined();
    });
});
