/** The rendered stacks that are committed, so that a reviewer sees an infrastructure change as a diff. */
import { join } from "node:path";
import { stringify } from "yaml";
import type { Rendered } from "./render";

export function expectedFile(stack: string): string {
    return join(__dirname, "..", "expected", `${stack}.yaml`);
}

export function renderedText(resources: readonly Rendered[]): string {
    return stringify(resources, { sortMapEntries: false, lineWidth: 0 });
}
