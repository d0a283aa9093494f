/** Moves this machine's clock. Every process sees that, so a test does it only if a variable says that it has the machine to itself. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

const ALLOWED = "EMBASSY_MOVE_CLOCK";

/** Part of a test's title that says why the clock is not moved; empty where it may be moved. */
export const whyNot =
    process.env[ALLOWED] === "true" ? "" : ` (skipped: moves this machine's clock; ${ALLOWED}=true allows it)`;

/**
 * Moves the clock forward by this many days. A guard process moves it back, at the latest when this process ends.
 * @returns function that has the guard move it back now, and waits for that
 */
export function moveClock(days: number): () => Promise<void> {
    const back = `cat > /dev/null; exec date --set='${days} days ago'`;
    // The guard has its own session, so that an interrupt stops the tests but not the process that cleans up after them.
    const guard = spawn("sh", ["-c", back], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    execFileSync("date", [`--set=${days} days`]);
    return async () => {
        const ended = once(guard, "exit");
        guard.stdin.end();
        await ended;
    };
}
