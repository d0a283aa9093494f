/** Whether the rules apply to a resource. @param type Pulumi's */
export function isObject(type: string): boolean {
    return type.startsWith("kubernetes:");
}

/** What is wrong with a stack in which no rule has anything to judge, as a sentence. @param types of its resources */
export function unseen(types: readonly string[]): string[] {
    return types.some(isObject)
        ? []
        : [
              `none of the stack's ${types.length} resources is an object of Kubernetes, so no rule has judged anything: ` +
                  "run the program of an embassy's stack, such as `npm run pulumi -- preview -s tallinn --policy-pack policy`",
          ];
}
