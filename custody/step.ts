/** A step of the rehearsal, and how what must be refused comes out. */
import { UserError } from "../command-line/command";

export interface Step {
    readonly step: string;
    readonly right: boolean;
    /** How often it was tried, or what was said. */
    readonly detail: string;
}

export type Outcome = Omit<Step, "step">;

/** What a refusal says. @throws whatever is none */
export function refusal(error: unknown): string {
    if (error instanceof UserError) {
        return error.message;
    }
    throw error;
}

/** @param said all that was said @param why what one of its lines must hold */
export function refused(said: string, why: string): Outcome {
    const line = said.split("\n").find((text) => text.includes(why));
    return { right: line !== undefined, detail: (line ?? said).replace(/^ +- /, "") };
}
