/**
 * The life of an environment: what a run makes, what of it stays when something fails, and what another run finds. Knows
 * no lab: whatever is done is a step that it is given.
 *
 * What nobody can ask yet is this run's alone, and goes with an error. Once a registry answers, only a person takes it away.
 */
export type Presence = "nothing" | "unfinished" | "whole";

export interface Steps<Prepared, Made, Proof> {
    /** Whether an environment of that name exists: `unfinished` is what a killed run or a killed removal left. */
    readonly presence: () => Promise<Presence>;
    /** Why nothing is made beside one that is whole. */
    readonly refusal: () => Error;
    /** Everything that can be refused before anything is made, or removed. */
    readonly prepare: () => Promise<Prepared>;
    /** From here on there is something, unfinished: that is written down before it is there. */
    readonly begin: (prepared: Prepared) => Promise<void>;
    /** @param onAnswer is called, at the latest at the end, when there is something that answers. */
    readonly make: (prepared: Prepared, onAnswer: () => void) => Promise<Made>;
    /** What there is, is no longer unfinished. */
    readonly keep: () => void;
    readonly verify: (made: Made) => Promise<Proof>;
    readonly remove: () => Promise<void>;
    /** What answers stays, although something failed. @returns the failure, in the words for the user */
    readonly stay: (failure: unknown) => Promise<unknown>;
    /** Told before something is removed, and when that fails. */
    readonly onRemoval: (why: "unfinished" | "failed" | "left", error?: unknown) => void;
}

export interface Lived<Prepared, Made, Proof> {
    readonly prepared: Prepared;
    /** Undefined where only a part of it answers. */
    readonly made: Made | undefined;
    /** Undefined where the verification did not come to an end. */
    readonly proof: Proof | undefined;
    /** Why one of them is missing. */
    readonly failure: unknown;
}

/** @throws the error of what is refused; and of what failed before anything answered, having removed what was begun */
export async function live<Prepared, Made, Proof>(
    steps: Steps<Prepared, Made, Proof>,
): Promise<Lived<Prepared, Made, Proof>> {
    const there = await steps.presence();
    if (there === "whole") {
        throw steps.refusal();
    }
    const prepared = await steps.prepare();
    if (there === "unfinished") {
        steps.onRemoval("unfinished");
        await steps.remove();
    }
    let answers = false as boolean;
    let made: Made | undefined;
    const onAnswer = (): void => {
        if (!answers) {
            answers = true;
            steps.keep();
        }
    };
    await steps.begin(prepared);
    try {
        made = await steps.make(prepared, onAnswer);
        onAnswer();
        return { prepared, made, proof: await steps.verify(made), failure: undefined };
    } catch (failure) {
        if (answers) {
            return { prepared, made, proof: undefined, failure: await steps.stay(failure) };
        }
        steps.onRemoval("failed");
        // Not in place of why it is removed.
        await steps.remove().catch((left: unknown) => steps.onRemoval("left", left));
        throw failure;
    }
}
