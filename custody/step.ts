/** A step of the rehearsal, and the result of attempts that must be refused. */
import { UserError } from "../command-line/command";

export interface Step {
    readonly step: string;
    readonly right: boolean;
    /** How often it was tried, or the message that came. */
    readonly detail: string;
}

export type Outcome = Omit<Step, "step">;

/** The message of a refusal. @throws any error that is none */
export function refusal(error: unknown): string {
    if (error instanceof UserError) {
        return error.message;
    }
    throw error;
}

/** @param said the whole message @param why a text that one of its lines must contain */
export function refused(said: string, why: string): Outcome {
    const line = said.split("\n").find((text) => text.includes(why));
    return { right: line !== undefined, detail: (line ?? said).replace(/^ +- /, "") };
}
