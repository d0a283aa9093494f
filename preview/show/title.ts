/** Writes a report in one line: `luxembourg: 2 replaced, 5 changed, 1 flow opened`. Pure. */
import type { Report, StackReport } from "../report";
import { visible } from "./visible";

/** The dangerous operations come first. */
export const OPERATIONS = [
    ["delete", "deleted"],
    ["replace", "replaced"],
    ["update", "changed"],
    ["create", "created"],
] as const;

/** GitHub takes this many characters in the description of a commit's status, GitLab 255. */
export const TITLE_LIMIT = 140;
const NOTHING = "nothing changes";
const MORE = ", and more";

export function titleOf(stacks: readonly StackReport[]): string {
    const parts = changedFirst(stacks).map((stack) => `${stack.stack}: ${factsOf(stack).join(", ")}`);
    return parts.length === 0 ? NOTHING : parts.join("; ");
}

/** Stacks with something to report, the gravest first: errors, then broken rules, then dangers. */
export function changedFirst(stacks: readonly StackReport[]): StackReport[] {
    const isGrave: readonly ((stack: StackReport) => boolean)[] = [
        ({ problems }) => problems.some(({ tree }) => tree === "head"),
        ({ policies }) => policies.length > 0,
        ({ dangers }) => dangers.length > 0,
        () => true,
    ];
    const rank = (stack: StackReport): number => isGrave.findIndex((holds) => holds(stack));
    return stacks.filter((stack) => factsOf(stack).length > 0).sort((one, other) => rank(one) - rank(other));
}

/** The title on a line of its own. */
export function titleLine(report: Report): string {
    return `${shortTitle(visible(report))}\n`;
}

/**
 * The title in at most {@link TITLE_LIMIT} characters. A longer one counts its stacks together, and says that there is more where that is
 * still too long.
 */
export function shortTitle({ title, stacks }: Report): string {
    if (title.length <= TITLE_LIMIT) {
        return title;
    }
    const changed = changedFirst(stacks);
    const counts = new Map<string, number>();
    for (const [what, count] of changed.flatMap(countsOf)) {
        counts.set(what, (counts.get(what) ?? 0) + count);
    }
    const facts = PHRASES.flatMap((what) => said([what, counts.get(what) ?? 0]));
    const names = changed.map(({ stack }) => stack).join(", ");
    const who = names.length <= TITLE_LIMIT / 2 ? names : `${changed.length} stack${changed.length === 1 ? "" : "s"}`;
    while (facts.length > 1 && lineOf(who, facts).length > TITLE_LIMIT) {
        // The note that is at the end already stays there.
        facts.splice(-2, 2, MORE);
    }
    return lineOf(who, facts);
}

function lineOf(who: string, facts: readonly string[]): string {
    return `${who}: ${facts.join(", ").replace(`, ${MORE}`, MORE)}`;
}

/** A danger without a count. */
const LESS_MARGIN = "less Tier IV margin";

/** `*` stands for the plural. */
const PHRASES = [
    "error*",
    "base* not rendered",
    "stack* added",
    "stack* removed",
    LESS_MARGIN,
    ...OPERATIONS.map(([, done]) => done),
    "unprotected",
    "flow* opened",
    "flow* closed",
    "right* gained",
    "right* lost",
    "rule* broken",
    "setting* changed",
] as const;

type Phrase = (typeof PHRASES)[number];

export function factsOf(stack: StackReport): string[] {
    return countsOf(stack).flatMap(said);
}

function said([what, count]: readonly [Phrase, number]): string[] {
    if (what === LESS_MARGIN) {
        return count === 0 ? [] : [what];
    }
    return count === 0 ? [] : [`${count} ${what.replace("*", count === 1 ? "" : "s")}`];
}

function countsOf(stack: StackReport): [Phrase, number][] {
    const { state, problems, dangers, flows, rights, settings, policies } = stack;
    const errors = problems.filter(({ tree }) => tree === "head").length;
    if (state === "not compared") {
        return errors > 0 ? [["error*", errors]] : [["base* not rendered", 1]];
    }
    const unprotected = dangers.filter(({ kind }) => kind === "loses protection").flatMap(({ objects }) => objects);
    const all: [Phrase, number][] = [
        ["error*", errors],
        ["stack* added", Number(state === "added")],
        ["stack* removed", Number(state === "removed")],
        [LESS_MARGIN, Number(dangers.some(({ kind }) => kind === "less margin"))],
        ...OPERATIONS.map(([operation, done]): [Phrase, number] => [done, operationCount(stack, operation)]),
        ["unprotected", unprotected.length],
        ["flow* opened", flows.opened.length],
        ["flow* closed", flows.closed.length],
        ["right* gained", rights.gained.length],
        ["right* lost", rights.lost.length],
        ["rule* broken", policies.filter(({ isNew }) => isNew).length],
    ];
    const some = all.filter(([, count]) => count > 0);
    // Only settings change, and no object follows from them, as for a restore or a proof.
    return some.length === 0 && settings.length > 0 ? [["setting* changed", settings.length]] : some;
}

function operationCount({ counts }: StackReport, operation: string): number {
    return counts.filter((one) => one.operation === operation).reduce((sum, { count }) => sum + count, 0);
}
