/** Tells whether a computer has room for what `npm start` is about to begin, and otherwise how much it has room for. Pure. */
import { REGISTRIES } from "../infra/conventions/registries";

const GIB = 2 ** 30;

/**
 * Both sites with seven registries take 5.2 GiB while nobody asks anything (docs/decisions/nodes.md). To this comes what a registry's members
 * share and write before it is on the disk. In addition a compiler runs, and later the engine with its providers.
 */
const SITES_GIB = 2.5;
const REGISTRY_GIB = 0.55;
const WORK_GIB = 1.5;
/** Simulated nodes run no pods, so this is for two control planes. */
const SIMULATED_GIB = 1.2;

export interface Computer {
    /** Bytes that programs can still get: MemAvailable of /proc/meminfo, or the rest of a control group's limit. */
    readonly free: number;
    readonly cores: number;
}

export interface Fit {
    readonly fits: boolean;
    /** One or two sentences for the user. */
    readonly says: string;
}

/** The most bytes that both sites take with this number of registries. */
function needed(registries: number, real: boolean): number {
    return (real ? SITES_GIB + WORK_GIB + registries * REGISTRY_GIB : SIMULATED_GIB + WORK_GIB) * GIB;
}

/** @param registries number of registries that run in each site; @param real whether nodes are real, so that the registries run */
export function fitOf({ free, cores }: Computer, registries: number, real: boolean): Fit {
    const needs = needed(registries, real);
    const what = real ? `Both sites with ${count(registries)}` : "Both sites with simulated nodes";
    const room = `${what} take up to ${gibibytes(needs)} GiB of memory; this computer has ${gibibytes(free)} GiB free, and ${cores} ${cores === 1 ? "core" : "cores"}`;
    if (free >= needs) {
        return { fits: true, says: `${room}: that fits.` };
    }
    const fewer = Array.from({ length: registries }, (_, index) => registries - index).find(
        (number) => real && free >= needed(number, real),
    );
    const offer =
        fewer !== undefined
            ? `${count(fewer)} would: npm start -- --registries ${REGISTRIES.slice(0, fewer).join(" ")}`
            : free >= needed(0, false)
              ? "simulated nodes would, on which pods are scheduled and not run: npm start -- --nodes simulated"
              : "close other programs, or take a computer with more";
    return { fits: false, says: `${room}. That does not fit: ${offer}.` };
}

function count(registries: number): string {
    return registries === 1 ? "one registry" : `${registries} registries`;
}

function gibibytes(bytes: number): string {
    return (bytes / GIB).toFixed(1);
}
