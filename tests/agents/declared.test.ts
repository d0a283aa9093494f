import { parseBuckets } from "../../agents/store/declared";

describe("what the site declares", () => {
    it("is what the agents read", () => {
        expect(parseBuckets('["registry-land"]')).toEqual(["registry-land"]);
    });

    it.each([
        ["{", "The declared buckets are not valid JSON: run pulumi up, which writes them."],
        ['[""]', /^The declared buckets are not as they must be: 0: /],
    ])("is refused where it is %s", (text, message) => {
        expect(() => parseBuckets(text)).toThrow(message);
    });
});
