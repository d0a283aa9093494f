/** The document with the flows that the rendered stacks open. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { parseConfig } from "../../infra/site/config";
import { type Outside, type Policy, flowTable, outsideOf } from "../../infra/site/flow-table";
import { planNetwork } from "../../infra/networking/addresses";
import { expectedFile } from "./expected";
import { stackValues } from "./stacks";

export const FLOWS_FILE = join(__dirname, "..", "..", "docs", "flows.md");

/** Network policies, and what is outside the cluster, of the stack as it was rendered last. */
export function declaredFlows(stack: string): { readonly policies: Policy[]; readonly outside: Outside } {
    const rendered = parse(readFileSync(expectedFile(stack), "utf8")) as { type: string; inputs: unknown }[];
    const config = parseConfig(stack, stackValues(stack));
    return {
        policies: rendered.filter(({ type }) => type.endsWith(":NetworkPolicy")).map(({ inputs }) => inputs as Policy),
        outside: outsideOf(planNetwork(config), config.edge),
    };
}

export function flowsDocument(stacks: readonly string[]): string {
    return [
        "# Who may talk to whom",
        "",
        "Everything else is denied, in both directions. `npm run expected:update` writes this file from the network policies that",
        "each site declares; a test fails where it is not what they say, or where a flow is open at one end only. A registry's",
        "workloads reach those of the same registry, and of no other.",
        ...stacks.flatMap((stack) => {
            const { policies, outside } = declaredFlows(stack);
            return ["", `## ${stack}`, "", flowTable(policies, outside)];
        }),
        "",
    ].join("\n");
}
