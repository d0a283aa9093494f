/** Asks when somebody looks, and not otherwise: a page that nobody reads costs nothing. */
import { log, messageOf } from "../agent";
import type { Known, Reading } from "./reading";

/** Milliseconds for which an answer is kept, also that there is none: many viewers are one to Prometheus, and served at once. */
const KEPT_MS = 2_000;

/** @param ask reads the site as of `now`, in milliseconds since 1970 @returns what is known as of now; it never throws */
export function looking(ask: (now: number) => Promise<Reading>, now: () => number): () => Promise<Known> {
    let known: Known = { reading: undefined, silent: undefined };
    let asked: { readonly at: number; readonly ended: Promise<void> } | undefined;
    const look = async (at: number): Promise<void> => {
        try {
            known = { reading: await ask(at), silent: undefined };
        } catch (error) {
            const why = messageOf(error);
            if (known.silent?.why !== why) {
                log("the site was not read", { error: why });
            }
            known = { ...known, silent: { since: known.silent?.since ?? at, why } };
        }
    };
    return async () => {
        const at = now();
        // A clock that was set back must not keep an answer for longer.
        if (asked === undefined || Math.abs(at - asked.at) > KEPT_MS) {
            asked = { at, ended: look(at) };
        }
        await asked.ended;
        return known;
    };
}
