import type { Report } from "./report";
import { factsOf } from "./show/title";

/**
 * 1 where the working tree cannot be rendered or breaks a rule, all of which are mandatory; 2 for changes, where the user asks for that;
 * otherwise 0. A base that cannot be rendered counts as a change, because nobody knows how large it is.
 */
export function exitCode({ stacks }: Report, detailed: boolean): number {
    const isWrong = stacks.some(
        ({ problems, policies }) => problems.some(({ tree }) => tree === "head") || policies.length > 0,
    );
    const changes = stacks.some((stack) => factsOf(stack).length > 0);
    return isWrong ? 1 : detailed && changes ? 2 : 0;
}

/** 1 where a cluster could not be compared; 2 for drift, even where a change in the cluster breaks a rule; otherwise 0. */
export function driftExitCode({ stacks }: Report): number {
    const isWrong = stacks.some(({ problems }) => problems.length > 0);
    return isWrong ? 1 : stacks.some((stack) => factsOf(stack).length > 0) ? 2 : 0;
}
