/**
 * Identifies a process. A pid alone is not enough: after a crash or a reboot the same number may belong to any process, and the lab sends SIGKILL
 * to what it takes for its own.
 */
import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import { promisify } from "node:util";
import { readIfThere } from "../../command-line/files";
import { hasCode } from "../../command-line/system-error";

const run = promisify(execFile);
const onLinux = process.platform === "linux";

export interface Process {
    readonly pid: number;
    /** Differs between two processes that had the same pid, also across reboots. */
    readonly identity: string;
}

export interface Stat {
    /** One letter; `Z` for a zombie. */
    readonly state: string;
    readonly threads: number;
    /** Start of the process in clock ticks since boot. */
    readonly startTicks: string;
}

/** Reads the text of `/proc/<pid>/stat` (proc_pid_stat(5)). */
export function parseStat(stat: string): Stat {
    // The command name is in parentheses and may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", threads: Number(fields[17]), startTicks: fields[19] ?? "" };
}

/**
 * A zombie no longer holds anything and only waits for its parent. But a killed process shows as a zombie as soon as its first thread has ended,
 * and until the other threads have ended, its ports and files are still in use.
 */
export function isGone({ state, threads }: Stat): boolean {
    return state === "X" || (state === "Z" && threads <= 1);
}

async function readProc(file: string): Promise<string | undefined> {
    try {
        return await readIfThere(file);
    } catch (error) {
        // ESRCH: the process ended between open and read.
        if (hasCode(error, "ESRCH", "EACCES", "EPERM")) {
            return undefined;
        }
        throw error;
    }
}

/** `undefined` where no such process is alive. */
export async function identityOf(pid: number): Promise<string | undefined> {
    if (!onLinux) {
        const started = await run("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => undefined);
        return started?.stdout.trim() || undefined;
    }
    const stat = await readProc(`/proc/${pid}/stat`);
    if (stat === undefined) {
        return undefined;
    }
    const parsed = parseStat(stat);
    const boot = (await readProc("/proc/sys/kernel/random/boot_id"))?.trim() ?? "";
    return isGone(parsed) ? undefined : `${boot}:${parsed.startTicks}`;
}

export async function isAlive({ pid, identity }: Process): Promise<boolean> {
    return (await identityOf(pid)) === identity;
}

/** Sends `signal` if the process is still the intended one. */
export async function signal(target: Process, name: NodeJS.Signals): Promise<void> {
    if (!(await isAlive(target))) {
        return;
    }
    try {
        process.kill(target.pid, name);
    } catch (error) {
        if (!hasCode(error, "ESRCH")) {
            throw error;
        }
    }
}

export interface RunningCommand {
    readonly pid: number;
    readonly argv: readonly string[];
}

/** Every process whose command line this user may read. */
export async function runningCommands(): Promise<RunningCommand[]> {
    if (!onLinux) {
        const { stdout } = await run("ps", ["-axo", "pid=,args="], { maxBuffer: 1 << 26 });
        return stdout.split("\n").flatMap((line) => {
            const match = /^\s*(\d+)\s+(.*)$/.exec(line);
            return match ? [{ pid: Number(match[1]), argv: (match[2] ?? "").split(" ") }] : [];
        });
    }
    const pids = (await fs.readdir("/proc")).filter((entry) => /^\d+$/.test(entry)).map(Number);
    const commands = await Promise.all(
        pids.map(async (pid) => ({ pid, argv: (await readProc(`/proc/${pid}/cmdline`))?.split("\0") ?? [] })),
    );
    return commands.filter(({ argv }) => argv.length > 1);
}

/** The first process that `pid` has started, on Linux: the one that unshare waits for. */
export async function childOf(pid: number): Promise<number | undefined> {
    const children = await readProc(`/proc/${pid}/task/${pid}/children`);
    const first = children?.trim().split(" ")[0];
    return first ? Number(first) : undefined;
}

/**
 * Bytes of memory that `pid` and its child account for: their proportional set size, in which a page that several processes share counts once
 * in all; where the system has no such figure, the resident set size of `pid`.
 */
export async function memoryOf(pid: number): Promise<number | undefined> {
    if (onLinux) {
        const pss = /^Pss:\s+(\d+) kB$/m.exec((await readProc(`/proc/${pid}/smaps_rollup`)) ?? "");
        const child = await childOf(pid);
        const below = child === undefined ? 0 : ((await memoryOf(child)) ?? 0);
        return pss ? Number(pss[1]) * 1024 + below : undefined;
    }
    const rss = await run("ps", ["-o", "rss=", "-p", String(pid)]).catch(() => undefined);
    return rss ? Number(rss.stdout) * 1024 : undefined;
}
