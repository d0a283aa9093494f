import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expectedFiles, expectedResources, expectedStacks, writeExpected } from "./support/expected";
import { STACKS } from "./support/stacks";

describe("what is expected", () => {
    it("is expected of the stacks that there are", () => {
        expect(expectedStacks().sort()).toEqual(STACKS.toSorted());
    });

    it.each(STACKS)("holds no key and no password of %s", (stack) => {
        expect(Object.values(expectedFiles(stack)).join("\n")).not.toMatch(/PRIVATE KEY|AGE-SECRET-KEY/);
        const secrets = expectedResources(stack).filter(({ type }) => type === "kubernetes:core/v1:Secret");
        expect(secrets.length).toBeGreaterThan(0);
        for (const { inputs } of secrets) {
            const { data = {}, stringData = {} } = inputs as Record<string, string | Record<string, string>>;
            const held = [data, stringData].flatMap((one) => (typeof one === "string" ? [one] : Object.values(one)));
            expect(held.filter((value) => value !== "[secret]")).toEqual([]);
        }
    });

    it("is forgotten with the component or the stack that it was expected of", () => {
        const folder = mkdtempSync(join(tmpdir(), "expected-"));
        try {
            mkdirSync(join(folder, "narva"));
            writeFileSync(join(folder, "narva", "land.yaml"), "[]\n");
            writeExpected(new Map([["tallinn", { "dns.yaml": "[]\n", "land.yaml": "[]\n" }]]), folder);
            writeExpected(new Map([["tallinn", { "land.yaml": "- {}\n" }]]), folder);
            expect(readdirSync(folder)).toEqual(["tallinn"]);
            expect(expectedFiles("tallinn", folder)).toEqual({ "land.yaml": "- {}\n" });
        } finally {
            rmSync(folder, { recursive: true });
        }
    });
});
