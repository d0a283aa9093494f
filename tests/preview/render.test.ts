/** Renders a tree with its own program. */
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
        // Both sides get the same images, because those depend on whether this machine has built any.
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
    const { placeOf } = parseStackFile("config:\n  a:\n    b: {c: 1}\n    d:\n      - x\n      - y\n", "test");
    expect(placeOf(["a"])).toEqual({ line: 2 });
    expect(placeOf(["a", "b", "c"])).toEqual({ line: 3 });
    expect(placeOf(["a", "d", 1])).toEqual({ line: 6 });
    expect(placeOf(["a", "gone"])).toEqual({ line: 2 });
    expect(placeOf(["none"])).toEqual({ line: 1 });
});

test("what the project has for every stack is under what the stack file has, key by key, and told where it stands", () => {
    const project =
        "name: p\nconfig:\n  a:\n    default:\n      b: 1\n      c: {d: 2}\n  p:e: [1]\n  p:f:\n    default: {x: 1}\n";
    const { config, placeOf } = parseStackFile("config:\n  p:f:\n    y: 2\n", "test", project);
    expect(config).toEqual({ "p:a": { b: 1, c: { d: 2 } }, "p:e": [1], "p:f": { y: 2 } });
    const file = "Pulumi.yaml";
    expect(placeOf(["p:a"])).toEqual({ file, line: 4 });
    expect(placeOf(["p:a", "b"])).toEqual({ file, line: 5 });
    expect(placeOf(["p:a", "c", "d"])).toEqual({ file, line: 6 });
    expect(placeOf(["p:a", "gone"])).toEqual({ file, line: 4 });
    expect(placeOf(["p:e", 0])).toEqual({ file, line: 7 });
    expect(placeOf(["p:f", "y"])).toEqual({ line: 3 });
});
