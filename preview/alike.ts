/** Finds stacks that both trees declare alike, because everything that a render reads is the same in both; these are rendered once. Pure. */

/** Paths that no render reads. The files of other stacks are only read for those stacks. */
const UNREAD = /^(docs|tests)\/|\.md$|^Pulumi\.[^/]+\.yaml$/;

/** @param changed paths in which the trees differ, relative to their top folder */
export function alikeStacks(stacks: readonly string[], changed: readonly string[]): string[] {
    return changed.every((path) => UNREAD.test(path))
        ? stacks.filter((stack) => !changed.includes(`Pulumi.${stack}.yaml`))
        : [];
}

/** Divides the stacks among the trees, which are rendered at the same time: they take turns with the stacks that are alike. */
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
