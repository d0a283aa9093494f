/** This machine's clock, moved. Every process sees it, so that no test does it unless it is told that the machine is its own. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";

const ALLOWED = "EMBASSY_MOVE_CLOCK";

/** For a title: why the clock stays as it is; empty where it may be moved. */
export const whyNot =
    process.env[ALLOWED] === "true" ? "" : ` (skipped: moves this machine's clock; ${ALLOWED}=true allows it)`;

/**
 * Forward by so many days. @returns what moves it back: it is called in any case, as the guard that does it waits for the end of this
 * process as well
 */
export function moveClock(days: number): () => Promise<void> {
    const back = `cat > /dev/null; exec date --set='${days} days ago'`;
    // In a session of its own: an interrupt is for the tests, and not for what mends what they leave.
    const guard = spawn("sh", ["-c", back], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    execFileSync("date", [`--set=${days} days`]);
    return async () => {
        const ended = once(guard, "exit");
        guard.stdin.end();
        await ended;
    };
}
