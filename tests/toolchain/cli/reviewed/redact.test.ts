import { redaction } from "../../../../toolchain/cli/reviewed/redact";

/** The engine's error about a violated plan: pkg/v3/resource/deploy/plan.go. */
const VIOLATED =
    "error: resource urn:pulumi:s::p::t::b violates plan: properties changed: ++data[{map[key:{&{{-----BEGIN\nSECRET\n-----END}}}]}!={map[]}]\n";

describe("what the engine says of a violated plan", () => {
    it.each([1, 7, 1_000])("is shown without a value, in pieces of %i", (size) => {
        const { stream, violated } = redaction();
        const [out, err] = [stream(), stream()];
        const text = `Updating\n + b ${VIOLATED}Diagnostics:\n  ${VIOLATED}`;
        const pieces = text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
        const shown = pieces.map((piece) => out.feed(piece)).join("") + out.end();
        expect(shown).toMatch(/^Updating\n \+ b error: urn:pulumi:s::p::t::b would not be as planned; [^\n]*\n$/);
        expect(violated()).toBe(true);
        expect(err.feed("SECRET\n") + err.end()).toBe("");
    });

    it("of outputs, too", () => {
        const shown = redaction()
            .stream()
            .feed("error: resource violates plan: properties changed: ++out[{&{{SECRET}}}]\n");
        expect(shown).toMatch(/^error: the stack's outputs would not be as planned/);
        expect(shown).not.toMatch(/SECRET/);
    });

    it("is all shown where no plan is violated, save what is left out", () => {
        const { stream, violated } = redaction(/written to/);
        const { feed, end } = stream();
        expect(feed("a\nUpdate plan written to 'x'\nb") + end()).toBe("a\nb");
        expect(violated()).toBe(false);
    });
});
