import { alikeStacks, sharedOut } from "../../preview/alike";

const STACKS = ["luxembourg", "restore", "tallinn"];

it.each([
    ["nothing", [], STACKS],
    ["documents and tests", ["docs/disks.md", "README.md", "infra/keys/README.md", "tests/run.ts"], STACKS],
    ["one stack's file", ["Pulumi.tallinn.yaml"], ["luxembourg", "restore"]],
    ["what all stacks share", ["Pulumi.yaml"], []],
    ["the program", ["infra/keys/root.ts", "docs/disks.md"], []],
    ["a package", ["package-lock.json"], []],
    ["a stack file elsewhere", ["examples/smallest/Pulumi.tallinn.yaml"], []],
])("where %s changed, these are alike in both trees", (_, changed, alike) => {
    expect(alikeStacks(STACKS, changed)).toEqual(alike);
});

it("what is alike is rendered once, and what is not in both trees", () => {
    expect(sharedOut(STACKS, ["luxembourg", "restore"])).toEqual({
        base: ["tallinn", "restore"],
        head: ["tallinn", "luxembourg"],
    });
    const { base, head } = sharedOut(STACKS, STACKS);
    expect([...base, ...head].sort()).toEqual(STACKS);
});
