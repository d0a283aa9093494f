import { takeDecisions } from "../../../toolchain/cli/decisions";

describe("what is decided on the command line", () => {
    it("is told to the program, and kept from the CLI", () => {
        expect(takeDecisions(["up", "--accept-loss", "-s", "luxembourg"])).toEqual({
            args: ["up", "-s", "luxembourg"],
            decided: { EMBASSY_ACCEPT_LOSS: "true" },
            newKeys: false,
        });
    });

    it("is nothing where nothing is said", () => {
        expect(takeDecisions(["up", "-s", "luxembourg"])).toEqual({
            args: ["up", "-s", "luxembourg"],
            decided: {},
            newKeys: false,
        });
        expect(takeDecisions(["up", "--new-keys", "-s", "luxembourg"])).toEqual({
            args: ["up", "-s", "luxembourg"],
            decided: {},
            newKeys: true,
        });
    });

    it("is refused for a command that promotes nobody", () => {
        expect(() => takeDecisions(["destroy", "--accept-loss"])).toThrow(/--accept-loss is for `up` and `preview`/);
        expect(() => takeDecisions(["destroy", "--new-keys"])).toThrow(/--new-keys is for `up` and `preview`/);
    });
});
