/** An answer to one question: whether something stands in the way of taking over. */

/** green: nothing does. amber: something will, or a person must decide. red: something does. */
export type Verdict = "green" | "amber" | "red";

export interface Line {
    readonly question: string;
    readonly verdict: Verdict;
    /** Why, in a sentence. */
    readonly says: string;
    /** What to do about it; absent where nothing needs to be done. */
    readonly remedy?: string;
}

/** What was found of one subject of a question, with the worst first in the line that {@link lineOf} makes of them. */
export interface Finding {
    readonly verdict: Exclude<Verdict, "green">;
    readonly says: string;
    readonly remedy: string;
}

/** @param well what is said where nothing was found */
export function lineOf(question: string, well: string, findings: readonly Finding[]): Line {
    const reds = findings.filter(({ verdict }) => verdict === "red");
    const [first] = reds.length > 0 ? reds : findings;
    if (first === undefined) {
        return { question, verdict: "green", says: well };
    }
    const sorted = [...reds, ...findings.filter(({ verdict }) => verdict === "amber")];
    const remedies = [...new Set(sorted.map(({ remedy }) => remedy))];
    return {
        question,
        verdict: first.verdict,
        says: sorted.map(({ says }) => says).join("; "),
        remedy: remedies.join("; "),
    };
}

/** The worst of all, which is the answer. */
export function worst(lines: readonly Line[]): Verdict {
    return (["red", "amber"] as const).find((verdict) => lines.some((line) => line.verdict === verdict)) ?? "green";
}
