/**
 * Operations that a killed run left open in the state.
 *
 * The engine notes each creation before it begins. A killed run leaves the note, and every later run warns of it until somebody clears
 * it, even after an `up` has made or adopted that very resource. Where the state has the resource by then, the note is removed;
 * a note about anything else stays.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stateFile } from "./states";

interface Deployment {
    readonly resources?: readonly { readonly urn: string }[];
    readonly pending_operations?: readonly { readonly resource: { readonly urn: string } }[];
}

/** A state as `pulumi stack export` writes it. */
export interface Export {
    readonly version: number;
    readonly deployment: Deployment;
}

/** The same state without the notes that are settled; undefined where there are none. */
export function withoutSettled(exported: Export): Export | undefined {
    const { resources = [], pending_operations: pending = [] } = exported.deployment;
    const recorded = new Set(resources.map(({ urn }) => urn));
    const open = pending.filter(({ resource }) => !recorded.has(resource.urn));
    return open.length === pending.length
        ? undefined
        : { ...exported, deployment: { ...exported.deployment, pending_operations: open } };
}

/** @param pulumi runs the CLI and resolves to what it printed on standard output; rejects where it fails */
export async function settlePending(
    stack: string,
    pulumi: (args: readonly string[]) => Promise<string>,
): Promise<void> {
    const state = stateFile(stack);
    if (!existsSync(state) || !readFileSync(state, "utf8").includes('"pending_operations":[')) {
        return;
    }
    const exported = JSON.parse(await pulumi(["stack", "export", "--stack", stack])) as Export;
    const settled = withoutSettled(exported);
    if (settled === undefined) {
        return;
    }
    const folder = mkdtempSync(join(tmpdir(), "embassy-"));
    try {
        const file = join(folder, "stack.json");
        writeFileSync(file, JSON.stringify(settled), { mode: 0o600 });
        await pulumi(["stack", "import", "--stack", stack, "--file", file]);
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}
