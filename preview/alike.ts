/** Stacks of which both trees declare the same, since whatever a render reads is the same in both: rendered once. Pure. */

/** What no render reads. The other stacks' files are read for those alone. */
const UNREAD = /^(docs|tests)\/|\.md$|^Pulumi\.[^/]+\.yaml$/;

/** @param changed paths in which the trees differ, from their top folder */
export function alikeStacks(stacks: readonly string[], changed: readonly string[]): string[] {
    return changed.every((path) => UNREAD.test(path))
        ? stacks.filter((stack) => !changed.includes(`Pulumi.${stack}.yaml`))
        : [];
}

/** Which tree renders what: those that are alike by turns, as the two are rendered at the same time. */
export function sharedOut(
    stacks: readonly string[],
    alike: readonly string[],
): { readonly base: string[]; readonly head: string[] } {
    const different = stacks.filter((stack) => !alike.includes(stack));
    return {
        base: [...different, ...alike.filter((_, index) => index % 2 === 1)],
        head: [...different, ...alike.filter((_, index) => index % 2 === 0)],
    };
}
