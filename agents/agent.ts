/** What the agents have in common: how they repeat what they do, how they say what they did, how they end. */
import { setTimeout as sleep } from "node:timers/promises";

/** For whoever declares or runs the site: its message says what was found and what would be right. */
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
 * Passes over what there is, for ever. One that fails is logged and soon followed by the next, which starts from what is
 * there then: nothing that was missed, and no outage of another, has to be remembered.
 */
export async function repeat(pass: () => Promise<void>, seconds: number): Promise<never> {
    for (let said = ""; ;) {
        let pause = seconds;
        let why = "";
        await pass().catch((error: unknown) => {
            why = messageOf(error);
            pause = Math.min(seconds, RETRY_SECONDS);
        });
        // Each of them once, however often a second it is tried.
        if (why !== "" && why !== said) {
            log("pass failed", { error: why });
        }
        said = why;
        await sleep(pause * 1000);
    }
}

/** Runs an agent. It may be ended at any point: whatever it does can be done again. */
export function runAgent(main: () => Promise<void>): void {
    // The first process of a container is ended by a signal only if it asks for that.
    process.once("SIGTERM", () => process.exit(0));
    main().catch((error: unknown) => {
        const isOurs = error instanceof Error && !(error instanceof AgentError);
        process.stderr.write(`${isOurs ? (error.stack ?? error.message) : messageOf(error)}\n`);
        process.exit(1);
    });
}
