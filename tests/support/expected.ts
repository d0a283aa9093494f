/** The rendered stacks that are committed, so that a reviewer sees an infrastructure change as a diff. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import type { Rendered } from "./render";

export function expectedFile(stack: string): string {
    return join(__dirname, "..", "expected", `${stack}.yaml`);
}

/** How many Kubernetes objects a reviewer sees in the rendered stack. */
export function renderedObjects(stack: string): number {
    return readFileSync(expectedFile(stack), "utf8").match(/^- type: kubernetes:/gm)?.length ?? 0;
}

export function renderedText(resources: readonly Rendered[]): string {
    return stringify(resources, { sortMapEntries: false, lineWidth: 0 });
}
