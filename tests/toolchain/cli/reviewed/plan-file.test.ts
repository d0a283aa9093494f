import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Reviewed, readPlan, writePlan } from "../../../../toolchain/cli/reviewed/plan-file";
import { UserError } from "../../../../command-line/command";

const REVIEWED: Reviewed = {
    bound: {
        project: "data-embassy",
        stack: "tallinn",
        engine: "v3.256.0",
        options: [],
        config: {},
        state: { digest: "a", resources: {} },
        code: { commit: "c", tree: "t", files: {} },
    },
    plan: { manifest: { version: "v3.256.0" }, resourcePlans: { "urn:a": { steps: ["same"] } } },
};

describe("the file of a plan", () => {
    const folder = mkdtempSync(join(tmpdir(), "plan-"));
    const file = join(folder, "tallinn.plan");
    afterAll(() => rmSync(folder, { recursive: true }));

    it("is its owner's alone, and read as it was written", () => {
        writeFileSync(file, "an older one, which everybody can read", { mode: 0o644 });
        writePlan(file, REVIEWED);
        expect(statSync(file).mode & 0o777).toBe(0o600);
        expect(readPlan(file)).toEqual(REVIEWED);
    });

    it("is refused in a sentence wherever it was cut", () => {
        const whole = readFileSync(file, "utf8").trimEnd();
        for (let length = 0; length < whole.length; length++) {
            writeFileSync(file, whole.slice(0, length));
            expect(() => readPlan(file)).toThrow(UserError);
        }
    });

    it.each([
        [
            "edited",
            JSON.stringify({ ...whole(), bound: { ...REVIEWED.bound, stack: "luxembourg" } }),
            /edited or damaged/,
        ],
        ["of a newer version", JSON.stringify({ ...whole(), version: 2 }), /of version 2: this code reads version 1/],
        ["with a part missing", JSON.stringify({ ...whole(), bound: {} }), /parts missing/],
        ["the engine's", JSON.stringify(REVIEWED.plan), /engine alone, which is bound to neither code nor state/],
        ["of something else", "[]", /is no plan/],
        ["null", "null", /is no plan/],
    ])("is refused where it is %s", (_, text, why) => {
        writeFileSync(file, text);
        expect(() => readPlan(file)).toThrow(why);
    });

    it("is refused where it is not there, or a folder", () => {
        expect(() => readPlan(join(folder, "none"))).toThrow(/it is not there/);
        expect(() => readPlan(folder)).toThrow(/cannot be read: .*directory/);
    });

    function whole(): object {
        const copy = join(folder, "whole");
        writePlan(copy, REVIEWED);
        return JSON.parse(readFileSync(copy, "utf8")) as object;
    }
});
