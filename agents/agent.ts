/** What the agents have in common: how they repeat their work, how they log it, and how they end. */
import { setTimeout as sleep } from "node:timers/promises";

/** An error for the person who declares or runs the site: its message says what was found and what would be right. */
export class AgentError extends Error {
    override readonly name = "AgentError";
}

/** A line of JSON on standard output, with the time. Never give it a secret. */
export function log(message: string, details: Readonly<Record<string, unknown>> = {}): void {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), message, ...details })}\n`);
}

export function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

const RETRY_SECONDS = 2;

/**
 * Repeats a pass forever. A pass that fails is logged and soon followed by the next, which starts from what is there then, so that nothing
 * that was missed, and no outage of another, has to be remembered.
 */
export async function repeat(pass: () => Promise<void>, seconds: number): Promise<never> {
    for (let said = ""; ;) {
        let pause = seconds;
        let why = "";
        await pass().catch((error: unknown) => {
            why = messageOf(error);
            pause = Math.min(seconds, RETRY_SECONDS);
        });
        // Each failure is logged once, however often it is tried again.
        if (why !== "" && why !== said) {
            log("pass failed", { error: why });
        }
        said = why;
        await sleep(pause * 1000);
    }
}

/** Runs an agent. It may be ended at any point, because whatever it does can be done again. */
export function runAgent(main: () => Promise<void>): void {
    // The first process of a container is ended by a signal only if it asks for that.
    process.once("SIGTERM", () => process.exit(0));
    main().catch((error: unknown) => {
        const isOurs = error instanceof Error && !(error instanceof AgentError);
        process.stderr.write(`${isOurs ? (error.stack ?? error.message) : messageOf(error)}\n`);
        process.exit(1);
    });
}
