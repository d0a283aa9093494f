import { secretOf } from "../../../infra/keys/registry-secrets";

describe("a registry's secret", () => {
    it.each([
        ["missing", { land: "x" }],
        ["empty", { land: "x", taxes: "" }],
    ])("is not made up where it is %s", (_, secrets) => {
        expect(() => secretOf("taxes", secrets)).toThrow(
            /^the stack that holds the root has a secret for land.*, and not for taxes: run "pulumi up" on it first$/,
        );
        expect(secretOf("land", secrets)).toBe("x");
    });
});
