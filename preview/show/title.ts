/** A report in one line: `luxembourg: 2 replaced, 5 changed, 1 flow opened`. Pure. */
import type { StackReport } from "../report";

const OPERATIONS = [
    ["delete", "deleted"],
    ["replace", "replaced"],
    ["update", "changed"],
    ["create", "created"],
] as const;

export function titleOf(stacks: readonly StackReport[]): string {
    const parts = stacks.flatMap((stack) => {
        const facts = factsOf(stack);
        return facts.length === 0 ? [] : [`${stack.stack}: ${facts.join(", ")}`];
    });
    return parts.length === 0 ? "nothing changes" : parts.join("; ");
}

export function factsOf({
    state,
    problems,
    dangers,
    counts,
    flows,
    rights,
    settings,
    policies,
}: StackReport): string[] {
    if (state === "not compared") {
        return problems.some(({ tree }) => tree === "head")
            ? [some(problems.filter(({ tree }) => tree === "head").length, "error")]
            : ["its base cannot be rendered"];
    }
    const facts = OPERATIONS.flatMap(([operation, done]) => {
        const count = counts.filter((one) => one.operation === operation).reduce((sum, one) => sum + one.count, 0);
        return count === 0 ? [] : [`${count} ${done}`];
    });
    const more: readonly (readonly [number, string, string])[] = [
        [flows.opened.length, "flow", " opened"],
        [flows.closed.length, "flow", " closed"],
        [rights.gained.length, "right", " gained"],
        [rights.lost.length, "right", " lost"],
        [policies.filter(({ isNew }) => isNew).length, "rule", " broken"],
    ];
    const errors = problems.filter(({ tree }) => tree === "head").length;
    const all = [
        ...(errors === 0 ? [] : [some(errors, "error")]),
        ...(state === "compared" ? [] : [`the stack is ${state}`]),
        ...(dangers.some(({ kind }) => kind === "less margin") ? ["less Tier IV margin"] : []),
        ...facts,
        ...more.flatMap(([count, what, then]) => (count === 0 ? [] : [some(count, what) + then])),
    ];
    // A key that no object follows from: a restore, or a proof, may.
    return all.length === 0 && settings.length > 0 ? [`${some(settings.length, "setting")} changed`] : all;
}

function some(count: number, what: string): string {
    return `${count} ${what}${count === 1 ? "" : "s"}`;
}
