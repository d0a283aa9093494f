/** What the agents have in common: how they are told what to do, how they say what they did, how they end. */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** For whoever declares or runs the site: its message says what was found and what would be right. */
export class AgentError extends Error {
    override readonly name = "AgentError";
}

/** @throws AgentError where the pod does not set the variable */
export function variable(name: string): string {
    const value = process.env[name];
    if (value === undefined || value === "") {
        throw new AgentError(`The environment variable ${name} is not set: the container's declaration must set it.`);
    }
    return value;
}

/** The variable as a positive number. @throws AgentError where it is none */
export function positive(name: string): number {
    const value = Number(variable(name));
    if (!(value > 0)) {
        throw new AgentError(
            `The environment variable ${name} is "${variable(name)}": it must be a number above zero.`,
        );
    }
    return value;
}

/** What is in the file that the variable names: keys and declarations are mounted, never given in the environment. */
export function mounted(name: string): string {
    const file = variable(name);
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        throw new AgentError(`${file}, which ${name} names, cannot be read: mount it. ${messageOf(error)}`);
    }
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
