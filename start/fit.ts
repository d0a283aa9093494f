/** Whether a computer has room for what `npm start` is about to begin, and what it has room for. Pure. */
import { REGISTRIES } from "../infra/conventions/registries";

const GIB = 2 ** 30;

/**
 * Both sites with seven registries hold 5.2 GiB while nobody asks anything (docs/decisions/nodes.md), to which comes what the members
 * of a registry share and write before it is on the disk. Beside them a compiler works, and then the engine with its providers.
 */
const SITES_GIB = 2.5;
const REGISTRY_GIB = 0.55;
const WORK_GIB = 1.5;
/** Simulated nodes run no pods: two control planes. */
const SIMULATED_GIB = 1.2;

export interface Computer {
    /** Bytes that programs can still have: MemAvailable of /proc/meminfo, or what a control group leaves. */
    readonly free: number;
    readonly cores: number;
}

export interface Fit {
    readonly fits: boolean;
    /** One sentence for the user, or two. */
    readonly says: string;
}

/** Bytes that both sites take with so many registries, at the most. */
function needed(registries: number, real: boolean): number {
    return (real ? SITES_GIB + WORK_GIB + registries * REGISTRY_GIB : SIMULATED_GIB + WORK_GIB) * GIB;
}

/** @param registries how many run in each site; @param real nodes, on which they do */
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
