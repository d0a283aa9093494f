/** Renders the document that lists the flows that the rendered stacks allow. */
import { join } from "node:path";
import { parseConfig } from "../../infra/site/config";
import { type Policy, flowsOf } from "../../infra/site/flows";
import { type Outside, outsideOf } from "../../infra/site/outside";
import { planNetwork } from "../../infra/networking/addresses";
import { expectedResources } from "./expected";
import { stackValues } from "./stacks";

export const FLOWS_FILE = join(__dirname, "..", "..", "docs", "flows.md");

/** The network policies of the stack's expected files, and the peers outside of its cluster. */
export function declaredFlows(stack: string): { readonly policies: Policy[]; readonly outside: Outside } {
    const config = parseConfig(stack, stackValues(stack));
    return {
        policies: expectedResources(stack)
            .filter(({ type }) => type.endsWith(":NetworkPolicy"))
            .map(({ inputs }) => inputs as unknown as Policy),
        outside: outsideOf(planNetwork(config), config.edge),
    };
}

export function flowsDocument(stacks: readonly string[]): string {
    return [
        "# Who may talk to whom",
        "",
        "Everything else is denied, in both directions. `npm run expected:update` writes this file from the network policies that",
        "each site declares; a test fails where it is not what they say, or where a flow is open at one end only. A registry's",
        "workloads reach those of the same registry, and of no other, at the other site too: what leaves a site leaves for one address.",
        "What comes in from another site comes from its pods, whose addresses do not tell registries apart: certificates do.",
        ...stacks.flatMap((stack) => {
            const { policies, outside } = declaredFlows(stack);
            return ["", `## ${stack}`, "", flowTable(policies, outside)];
        }),
        "",
    ].join("\n");
}

/** A table in Markdown, sorted. */
export function flowTable(policies: readonly Policy[], outside: Outside): string {
    const fromOutside = flowsOf(policies, outside, "ingress").filter(({ from }) =>
        Object.values(outside).includes(from),
    );
    const rows = new Map<string, string[]>();
    for (const { from, to, port } of [...flowsOf(policies, outside, "egress"), ...fromOutside]) {
        const key = `| ${from} | ${to} |`;
        rows.set(key, [...(rows.get(key) ?? []), port]);
    }
    const lines = [...rows].map(([key, ports]) => `${key} ${[...new Set(ports)].sort().join(", ")} |`);
    return ["| from | to | ports |", "|---|---|---|", ...lines.sort()].join("\n");
}
