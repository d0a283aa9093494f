/** A back end for one preview: the CLI reads and writes what it likes in it, and it is gone afterwards. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT } from "../../infra/conventions/names";
import { CROSS_STACK_OUTPUT } from "../../infra/keys/cross-stack-secrets";
import { embassyHome } from "../../command-line/paths";
import { UNKNOWN } from "../plugin/values";
import { isAlive } from "./alive";
import { folderUrl, stateFile, statesFolder } from "./states";

export interface Throwaway {
    /** The CLI is given this environment. */
    readonly environment: NodeJS.ProcessEnv;
    /** For whatever else must be removed afterwards. */
    readonly folder: string;
    /** Where the CLI looks for the state of a stack. */
    readonly stateFile: (stack: string) => string;
}

/** @param home what killed runs left there is removed; nothing else is touched in it */
export async function withThrowaway<T>(work: (throwaway: Throwaway) => Promise<T>, home = embassyHome): Promise<T> {
    const all = join(home, "throwaway");
    mkdirSync(all, { recursive: true });
    removeLeft(all);
    // Readable by its owner alone: the states of others may be in it.
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
 * Puts in what a stack may refer to: the states of the others, and for one that has none a state of which nothing is known yet.
 *
 * @param stacks all that are declared
 * @returns those that are there, and those of which nothing is known
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

/** States of stacks of which nothing is known yet. */
export function addUnknown(throwaway: Throwaway, stacks: readonly string[]): void {
    stacks.forEach((stack) => addState(throwaway, stack, [unknownStack(stack)]));
}

/** As the engine's checkpoints are. */
export function addState({ stateFile: file }: Throwaway, stack: string, resources: readonly unknown[]): void {
    const checkpoint = { stack: `organization/${PROJECT}/${stack}`, latest: { resources } };
    writeFileSync(file(stack), JSON.stringify({ version: 3, checkpoint }));
}

/** What a stack hands over is still to be made, as outputs are in the preview that makes them. */
function unknownStack(stack: string): unknown {
    const type = "pulumi:pulumi:Stack";
    const urn = `urn:pulumi:${stack}::${PROJECT}::${type}::${PROJECT}-${stack}`;
    return { urn, type, custom: false, outputs: { [CROSS_STACK_OUTPUT]: UNKNOWN } };
}
