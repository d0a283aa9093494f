/** A back end for one preview: the CLI reads and writes what it likes in it, and it is removed afterwards. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT } from "../../infra/conventions/names";
import { CROSS_STACK_OUTPUT } from "../../infra/keys/cross-stack-secrets";
import { embassyHome } from "../../command-line/paths";
import { UNKNOWN } from "../plugin/values";
import { isAlive } from "./alive";
import { folderUrl, stateFile, statesFolder } from "./states";

export interface Throwaway {
    /** The environment for the CLI. */
    readonly environment: NodeJS.ProcessEnv;
    /** A folder for anything else that must be removed afterwards. */
    readonly folder: string;
    /** Where the CLI looks for the state of a stack. */
    readonly stateFile: (stack: string) => string;
}

/** @param home what killed runs left in it is removed; nothing else in it is touched */
export async function withThrowaway<T>(work: (throwaway: Throwaway) => Promise<T>, home = embassyHome): Promise<T> {
    const all = join(home, "throwaway");
    mkdirSync(all, { recursive: true });
    removeLeft(all);
    // Only its owner can read the folder, because the states of other stacks may be in it.
    const folder = mkdtempSync(join(all, `${process.pid}-`));
    const file = (stack: string): string => stateFile(stack, folder);
    mkdirSync(dirname(file("any")), { recursive: true });
    try {
        return await work({ folder, environment: { PULUMI_BACKEND_URL: folderUrl(folder) }, stateFile: file });
    } finally {
        rmSync(folder, { recursive: true, force: true });
    }
}

function removeLeft(all: string): void {
    for (const name of readdirSync(all).filter((each) => !isAlive(Number.parseInt(each, 10)))) {
        rmSync(join(all, name), { recursive: true, force: true });
    }
}

/**
 * Adds the states that a stack may refer to: those of the other stacks, and for a stack without one a state of which nothing is known yet.
 *
 * @param stacks all declared stacks
 * @returns the stacks that have a state, and those of which nothing is known
 */
export function addOthers(
    throwaway: Throwaway,
    stack: string,
    stacks: readonly string[],
    states = statesFolder,
): { readonly known: string[]; readonly unknown: string[] } {
    const others = stacks.filter((other) => other !== stack);
    const known = others.filter((other) => existsSync(join(states, `${other}.json`)));
    const unknown = others.filter((other) => !known.includes(other));
    known.forEach((other) => copyFileSync(join(states, `${other}.json`), throwaway.stateFile(other)));
    addUnknown(throwaway, unknown);
    return { known, unknown };
}

/** Adds states for stacks of which nothing is known yet. */
export function addUnknown(throwaway: Throwaway, stacks: readonly string[]): void {
    stacks.forEach((stack) => addState(throwaway, stack, [unknownStack(stack)]));
}

/** Writes the state in the form of the engine's checkpoints. */
export function addState({ stateFile: file }: Throwaway, stack: string, resources: readonly unknown[]): void {
    const checkpoint = { stack: `organization/${PROJECT}/${stack}`, latest: { resources } };
    writeFileSync(file(stack), JSON.stringify({ version: 3, checkpoint }));
}

/** What a stack hands over does not exist yet, just as outputs are unknown in the preview that makes them. */
function unknownStack(stack: string): unknown {
    const type = "pulumi:pulumi:Stack";
    const urn = `urn:pulumi:${stack}::${PROJECT}::${type}::${PROJECT}-${stack}`;
    return { urn, type, custom: false, outputs: { [CROSS_STACK_OUTPUT]: UNKNOWN } };
}
