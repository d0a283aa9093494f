/**
 * Locks that a killed CLI left in the state.
 *
 * A self-managed back end locks a stack with a file that names the process which holds it; `kill -9` leaves the file,
 * and every later run is refused until somebody says `pulumi cancel`. Where the process is on this machine and gone, the
 * lock holds nothing. Any other lock stays: only its owner knows.
 */
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stateDir } from "../../command-line/paths";
import { isAlive } from "./alive";

interface Lock {
    readonly pid: number;
    readonly hostname: string;
}

/**
 * Removes the locks whose holder is gone.
 * @returns the stacks that were freed, `data-embassy/luxembourg`
 */
export function removeStaleLocks(locks = join(stateDir, ".pulumi", "locks")): string[] {
    const freed = filesIn(locks).filter((file) => isStale(join(locks, file)));
    for (const file of freed) {
        rmSync(join(locks, file), { force: true });
        rmSync(join(locks, `${file}.attrs`), { force: true });
    }
    return [...new Set(freed.map((file) => file.split("/").slice(-3, -1).join("/")))];
}

/** Whether anybody holds the stack, by the locks that {@link removeStaleLocks} has left. */
export function isLocked(stack: string, locks: string): boolean {
    return filesIn(locks).some((file) => file.split("/").at(-2) === stack);
}

/**
 * Ends the CLI that works on a stack which is being given up with its cluster, and frees the stack. A killed run may leave such a CLI behind,
 * which goes on without it and would write again what is being removed.
 */
export async function endHolders(stack: string, locks = join(stateDir, ".pulumi", "locks")): Promise<void> {
    const held = filesIn(locks).filter((file) => file.split("/").at(-2) === stack);
    for (const file of held) {
        const { pid, hostname: host } = read(join(locks, file)) ?? {};
        if (pid === undefined || host !== hostname()) {
            continue;
        }
        if (isPulumi(pid)) {
            process.kill(pid, "SIGKILL");
        }
        // A process that ended keeps its number until its parent has waited for it; hence the deadline.
        for (const deadline = Date.now() + PATIENCE_MS; isPulumi(pid) && Date.now() < deadline;) {
            await sleep(POLL_MS);
        }
        rmSync(join(locks, file), { force: true });
        rmSync(join(locks, `${file}.attrs`), { force: true });
    }
}

const PATIENCE_MS = 5_000;
const POLL_MS = 50;

function filesIn(locks: string): string[] {
    return existsSync(locks)
        ? readdirSync(locks, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"))
        : [];
}

/** Undefined while the file is being written or removed: its owner is alive. */
function read(file: string): Lock | undefined {
    try {
        return JSON.parse(readFileSync(file, "utf8")) as Lock;
    } catch {
        return undefined;
    }
}

function isStale(file: string): boolean {
    const lock = read(file);
    return lock?.hostname === hostname() && !isPulumi(lock.pid);
}

/** True if the process is alive and, where that can be seen, still is the one that took the lock. */
function isPulumi(pid: number): boolean {
    const command = `/proc/${pid}/comm`;
    return isAlive(pid) && (!existsSync(command) || /^pulumi(-journal)?$/.test(readFileSync(command, "utf8").trim()));
}
