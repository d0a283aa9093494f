/** Remembers stacks that were removed or given up on purpose, so that their missing states do not count as lost. */
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { embassyHome } from "../../command-line/paths";
import { PROJECT } from "../../infra/conventions/names";
import { forgetKeys } from "./known-keys";
import { readState } from "./stack-state";
import { stateFile } from "./states";

function removedFile(stack: string, home: string): string {
    return join(home, "state", "removed", PROJECT, stack);
}

/** True where the last deliberate change of the stack was its removal. */
export function wasRemoved(stack: string, home: string): boolean {
    return existsSync(removedFile(stack, home));
}

/** Remembers what a command has removed on purpose. @returns a function to call when the command has succeeded */
export function rememberRemoved(home = embassyHome): () => void {
    const folder = dirname(stateFile("any", home));
    const present = (): string[] =>
        existsSync(folder)
            ? readdirSync(folder)
                  .filter((name) => name.endsWith(".json"))
                  .map((name) => basename(name, ".json"))
            : [];
    const before = present();
    return () => {
        const after = present();
        for (const stack of before.filter((name) => !after.includes(name))) {
            mkdirSync(dirname(removedFile(stack, home)), { recursive: true });
            writeFileSync(removedFile(stack, home), "");
            forgetKeys(stack, home);
        }
    };
}

/**
 * Gives a stack up on purpose, because its cluster is gone. It removes the stack's state, in whatever condition, and everything that tells of
 * one, so that the next stack of that name is a new one.
 */
export function giveUpState(stack: string, home = embassyHome): void {
    const file = stateFile(stack, home);
    const backEnd = join(home, "state", ".pulumi");
    const traces = [
        ...["", ".gz", ".zst"].flatMap((packing) => [`${file}${packing}`, `${file}${packing}.bak`]),
        ...["history", "backups"].map((kind) => join(backEnd, kind, PROJECT, stack)),
        join(home, "state", "journals", PROJECT, `${stack}.jsonl`),
        removedFile(stack, home),
    ];
    traces.forEach((trace) => rmSync(trace, { recursive: true, force: true }));
    forgetKeys(stack, home);
}

/** Call it after a command that has changed resources: a stack that has resources again no longer counts as removed, and can be lost. */
export function forgetRemoved(stack: string, home = embassyHome): void {
    if (wasRemoved(stack, home) && (readState(stateFile(stack, home))?.resources ?? 0) > 0) {
        rmSync(removedFile(stack, home));
    }
}
