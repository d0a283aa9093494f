import { takeDecisions } from "../../../toolchain/cli/decisions";

describe("what is decided on the command line", () => {
    it("is told to the program, and kept from the CLI", () => {
        expect(takeDecisions(["up", "--accept-loss", "-s", "luxembourg"])).toEqual({
            args: ["up", "-s", "luxembourg"],
            decided: { EMBASSY_ACCEPT_LOSS: "true" },
        });
    });

    it("is nothing where nothing is said", () => {
        expect(takeDecisions(["up", "-s", "luxembourg"])).toEqual({ args: ["up", "-s", "luxembourg"], decided: {} });
    });

    it("is refused for a command that promotes nobody", () => {
        expect(() => takeDecisions(["destroy", "--accept-loss"])).toThrow(/--accept-loss is for `up` and `preview`/);
    });
});
