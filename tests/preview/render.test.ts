/** A tree as its own program declares it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compareStack } from "../../preview/compare-stack";
import { renderStacks } from "../../preview/render";
import { report, reportSchema } from "../../preview/report";
import { titleOf } from "../../preview/show/title";
import { parseStackFile } from "../../preview/stack-file";
import { repoRoot } from "../../command-line/paths";
import { reportOf, sideOf } from "./fixture";

test("the program, in a process of its own, declares what its site does in this one; each stack afresh", async () => {
    const found = await renderStacks(repoRoot, ["restore", "luxembourg"]);
    for (const [stack, outcome] of found) {
        if ("problem" in outcome) {
            throw new Error(outcome.problem);
        }
        const side = await sideOf(stack);
        // Of images, whether there is a lock.
        const compared = compareStack(stack, "compared", { ...side, ...outcome }, { ...side, ...outcome });
        expect(titleOf([compared])).toBe("nothing changes");
        expect(outcome.outside).toEqual(side.outside);
        const urns = ({ resources }: { resources: readonly { urn: string }[] }): string[] =>
            resources.map(({ urn }) => urn).sort();
        expect(urns(outcome)).toEqual(urns(side));
    }
}, 300_000);

test("a report is as its committed schema says", async () => {
    const committed: unknown = JSON.parse(readFileSync(join(repoRoot, "preview", "report.schema.json"), "utf8"));
    expect(committed).toEqual(JSON.parse(JSON.stringify(reportSchema())));
    const side = await sideOf("luxembourg");
    const all = compareStack("luxembourg", "compared", { ...side, resources: [] }, side);
    expect(report.parse(JSON.parse(JSON.stringify(reportOf(all))))).toBeTruthy();
});

test("a key's line is found below maps and lists, or that of what is around it", () => {
    const { lineOf } = parseStackFile("config:\n  a:\n    b: {c: 1}\n    d:\n      - x\n      - y\n", "test");
    expect(lineOf(["a"])).toBe(2);
    expect(lineOf(["a", "b", "c"])).toBe(3);
    expect(lineOf(["a", "d", 1])).toBe(6);
    expect(lineOf(["a", "gone"])).toBe(2);
    expect(lineOf(["none"])).toBe(1);
});
