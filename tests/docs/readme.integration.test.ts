/** The figures in the README's first start match today's stacks and records. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repoRoot } from "../../command-line/paths";
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { renderPlan } from "../support/render";
import { stackValues } from "../support/stacks";

const text = readFileSync(join(repoRoot, "README.md"), "utf8");

it.each(["tallinn", "luxembourg"])("shows as many resources of %s as a start makes", async (stack) => {
    const [, resources, changed] =
        new RegExp(`│ ${stack} +│ https:[^│]*│[^│]*│ (\\d+) +│ (\\d+) changed`).exec(text) ?? [];
    // Components and the stack itself count as resources, but a reference to another stack does not.
    let registered = 1;
    await renderPlan(stack, plan(parseConfig(stack, stackValues(stack))), undefined, ({ urn }) => {
        registered += urn.includes("pulumi:pulumi:StackReference") ? 0 : 1;
    });
    expect([resources, changed]).toEqual([String(registered), String(registered)]);
});
