/** Renders the document that lists the order in which each site comes up. */
import { join } from "node:path";
import { parseConfig } from "../../infra/site/config";
import { plan } from "../../infra/site/plan";
import { type Part, bootTable } from "../../infra/site/boot-order";
import { bootParts } from "../../infra/site/boot-parts";
import { stackValues } from "./stacks";

export const BOOT_ORDER_FILE = join(__dirname, "..", "..", "docs", "boot-order.md");

export function planned(stack: string): { readonly parts: Part[]; readonly steps: readonly (readonly string[])[] } {
    const site = plan(parseConfig(stack, stackValues(stack)));
    return { parts: bootParts(site), steps: site.bootOrder };
}

export function bootOrderDocument(stacks: readonly string[]): string {
    return [
        "# In which order a site comes up",
        "",
        "Each step once those before it serve. It is computed from what the parts need (`infra/site/boot-parts.ts`): where one needs the other",
        "site, or in a circle what needs it, a preview stops and names it. `npm run expected:update` writes this file, and `pulumi stack output",
        "bootOrder` has the steps. Tests hold the needs to what is declared: to the resources that wait for each other, and to the flows that",
        "[network policies](flows.md) open.",
        ...stacks.flatMap((stack) => {
            const { parts, steps } = planned(stack);
            return ["", `## ${stack}`, "", bootTable(parts, steps)];
        }),
        "",
    ].join("\n");
}
