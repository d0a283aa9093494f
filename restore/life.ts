/**
 * The life of an environment: what a run makes, what of it stays when something fails, and what another run finds. This file knows nothing of
 * the lab, because each action is a step that it is given.
 *
 * Until a registry answers, the environment belongs to this run alone, and an error removes it. After that only a person removes it.
 */
export type Presence = "nothing" | "unfinished" | "whole";

export interface Steps<Prepared, Made, Proof> {
    /** Whether an environment of that name exists: `unfinished` is what a killed run or a killed removal left. */
    readonly presence: () => Promise<Presence>;
    /** Why nothing is made beside a complete environment. */
    readonly refusal: () => Error;
    /** Everything that can be refused before something is made or removed. */
    readonly prepare: () => Promise<Prepared>;
    /** From here on there is an unfinished environment; that is recorded before it exists. */
    readonly begin: (prepared: Prepared) => Promise<void>;
    /** @param onAnswer is called when something answers, at the latest at the end. */
    readonly make: (prepared: Prepared, onAnswer: () => void) => Promise<Made>;
    /** Records that the environment is no longer unfinished. */
    readonly keep: () => void;
    readonly verify: (made: Made) => Promise<Proof>;
    readonly remove: () => Promise<void>;
    /** What answers stays, although something failed. @returns the failure, in words for the user */
    readonly stay: (failure: unknown) => Promise<unknown>;
    /** Called before something is removed, and when that fails. */
    readonly onRemoval: (why: "unfinished" | "failed" | "left", error?: unknown) => void;
}

export interface Lived<Prepared, Made, Proof> {
    readonly prepared: Prepared;
    /** Undefined where only a part of it answers. */
    readonly made: Made | undefined;
    /** Undefined where the verification did not finish. */
    readonly proof: Proof | undefined;
    /** Why one of the two is missing. */
    readonly failure: unknown;
}

/** @throws the error of a refusal, and of a failure before anything answered, which removes what was begun */
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
        // This failure must not replace the reason for the removal.
        await steps.remove().catch((left: unknown) => steps.onRemoval("left", left));
        throw failure;
    }
}
