/** Tells what differs from the time when a plan was made. Pure. */
import type { Bound } from "./plan-file";

/** @returns one sentence on the first difference, undefined where there is none; {@link codeDifference} reports those of the code */
export function firstDifference(reviewed: Bound, now: Bound): string | undefined {
    return (
        named("project", reviewed.project, now.project) ??
        named("stack", reviewed.stack, now.stack) ??
        named("engine", reviewed.engine, now.engine) ??
        optionDifference(reviewed.options, now.options) ??
        configDifference(reviewed, now) ??
        stateDifference(reviewed.state, now.state)
    );
}

function named(what: string, before: string, now: string): string | undefined {
    return before === now ? undefined : `It is for the ${what} ${before}, and this is the ${what} ${now}.`;
}

function optionDifference(before: readonly string[], now: readonly string[]): string | undefined {
    const missing = before.find((option) => !now.includes(option));
    const more = now.find((option) => !before.includes(option));
    if (missing !== undefined) {
        return `It was made with ${missing}, which is not given now.`;
    }
    return more && `It was made without ${more}, which is given now.`;
}

function configDifference(reviewed: Bound, now: Bound): string | undefined {
    const change = firstChange(reviewed.config, now.config);
    return change && `The configuration of ${now.stack} has changed since: ${change.key} ${change.how}.`;
}

function stateDifference(before: Bound["state"], now: Bound["state"]): string | undefined {
    if (before.digest === now.digest) {
        return undefined;
    }
    const since = now.written === before.written ? "" : `, which was written ${now.written ?? "never"}`;
    const was = `It is for the state of ${before.written ?? "a stack that was empty"}${since}.`;
    const change = firstChange(before.resources, now.resources);
    return change
        ? `${was} In it ${change.key} ${change.how}.`
        : `${was} No resource in it is otherwise, save perhaps its secrets, which are encrypted anew each time.`;
}

/** @returns one sentence on files, undefined where the code is the same */
export function codeDifference({ code: before }: Bound, { code: now }: Bound): string | undefined {
    const changes = changesOf(before.files, now.files);
    const [first] = changes;
    if (first === undefined) {
        return undefined;
    }
    const commits = before.commit === now.commit ? `commit ${short(now.commit)}, but not as it is here` : undefined;
    const of = commits ?? `commit ${short(before.commit)}, and this is ${short(now.commit)}`;
    const more = changes.length > 1 ? `, and ${changes.length - 1} more files` : "";
    return `It is of the code of ${of}: ${first.key} ${first.how}${more}.`;
}

function short(commit: string): string {
    return commit.slice(0, 12);
}

interface Change {
    readonly key: string;
    readonly how: "was added" | "is gone" | "is otherwise";
}

type Digests = Readonly<Record<string, string>>;

function firstChange(before: Digests, now: Digests): Change | undefined {
    return changesOf(before, now)[0];
}

function changesOf(before: Digests, now: Digests): Change[] {
    return [...new Set([...Object.keys(before), ...Object.keys(now)])]
        .sort()
        .filter((key) => before[key] !== now[key])
        .map((key) => ({
            key,
            how: before[key] === undefined ? "was added" : now[key] === undefined ? "is gone" : "is otherwise",
        }));
}
