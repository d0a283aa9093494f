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
import { stateDir } from "../paths";

interface Lock {
    readonly pid: number;
    readonly hostname: string;
}

/**
 * Removes the locks whose holder is gone.
 * @returns the stacks that were freed, `data-embassy/luxembourg`
 */
export function removeStaleLocks(locks = join(stateDir, ".pulumi", "locks")): string[] {
    if (!existsSync(locks)) {
        return [];
    }
    const freed = readdirSync(locks, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".json"))
        .filter((file) => isStale(join(locks, file)));
    for (const file of freed) {
        rmSync(join(locks, file), { force: true });
        rmSync(join(locks, `${file}.attrs`), { force: true });
    }
    return [...new Set(freed.map((file) => file.split("/").slice(-3, -1).join("/")))];
}

function isStale(file: string): boolean {
    try {
        const lock = JSON.parse(readFileSync(file, "utf8")) as Lock;
        return lock.hostname === hostname() && !isPulumi(lock.pid);
    } catch {
        // Being written, or removed, at this moment: its owner lives.
        return false;
    }
}

/** True if the process lives and, where that can be seen, still is what took the lock. */
function isPulumi(pid: number): boolean {
    try {
        process.kill(pid, 0);
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
    const command = `/proc/${pid}/comm`;
    return !existsSync(command) || /^pulumi(-journal)?$/.test(readFileSync(command, "utf8").trim());
}
