/** Runs a command and measures it: wall-clock seconds, and the most memory that it and its children held at once. */
import { spawn } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { served, startCompanions } from "../toolchain/cli/companions";

export interface Measure {
    readonly seconds: number;
    /** Peak of the sum over the process tree, in MiB; it is the proportional set size where the kernel gives that. */
    readonly mebibytes: number;
}

const SAMPLE_MS = 50;

export interface MeasureOptions {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly sampleMemory?: boolean;
    /** Exit codes that do not count as failures. */
    readonly accept?: readonly number[];
    /** Starts the same processes beside the CLI as `npm run pulumi` does; their time counts. */
    readonly withCompanions?: boolean;
}

/** @throws Error with the output where the command fails */
export async function measure(
    command: string,
    args: readonly string[],
    { cwd, env, sampleMemory = false, accept = [0], withCompanions = false }: MeasureOptions,
): Promise<Measure> {
    const began = process.hrtime.bigint();
    const companions = withCompanions ? await startCompanions(args, env) : [];
    const child = spawn(command, args, {
        cwd,
        env: served(env, companions),
        stdio: ["ignore", "pipe", "pipe", ...companions.map(({ leash }) => leash)],
    });
    companions.forEach(({ leash }) => leash.destroy());
    let output = "";
    const keep = (chunk: Buffer): void => void (output = (output + chunk.toString()).slice(-8192));
    child.stdout?.on("data", keep);
    child.stderr?.on("data", keep);
    let peak = 0;
    const roots = [child, ...companions].map(({ pid }) => pid).filter((pid) => pid !== undefined);
    // Sampling takes time of its own, so that a run is measured for one or for the other.
    const sampler = sampleMemory
        ? setInterval(() => (peak = Math.max(peak, treesMebibytes(roots))), SAMPLE_MS)
        : undefined;
    const code = await new Promise<number>((resolve, reject) => {
        child.once("error", reject);
        child.once("close", (status) => resolve(status ?? 1));
    });
    clearInterval(sampler);
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    await Promise.all(companions.map(({ stop }) => stop()));
    if (!accept.includes(code)) {
        throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output}`);
    }
    return { seconds, mebibytes: peak };
}

function treesMebibytes(roots: readonly number[]): number {
    const children = new Map<number, number[]>();
    for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        const parent = parentOf(Number(entry));
        children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
    }
    const sum = (pid: number): number =>
        mebibytesOf(pid) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
    return roots.reduce((total, root) => total + sum(root), 0);
}

function parentOf(pid: number): number {
    // The line is "pid (command) state parent …": the command may hold spaces and brackets.
    return Number(read(`/proc/${pid}/stat`).split(") ").at(-1)?.split(" ")[1] ?? 0);
}

function mebibytesOf(pid: number): number {
    return Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0) / 1024;
}

function read(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        // The process has ended since it was listed.
        return "";
    }
}

export function median(values: readonly number[]): number {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = sorted.length / 2;
    return sorted.length % 2 === 1
        ? (sorted[Math.floor(middle)] ?? NaN)
        : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** The value that this share of all values does not exceed. @param share above 0, at most 1; 1 for the highest */
export function percentile(values: readonly number[], share: number): number {
    const sorted = [...values].sort((a, b) => a - b);
    return sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
}
