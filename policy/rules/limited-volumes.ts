import { podSpecOf } from "./pods";
import type { Rule } from "./rule";

/**
 * What a pod writes outside its claims is on the machine's own disk, or in its memory.
 * https://kubernetes.io/docs/concepts/storage/volumes/#emptydir
 */
export const limitedVolumes: Rule = {
    name: "limited-volumes",
    description: "No pod can fill its machine's disk or memory by way of a volume of its own.",
    violations: (object) =>
        (podSpecOf(object)?.volumes ?? []).flatMap(({ name = "without a name", emptyDir, ephemeral }) => [
            ...(emptyDir !== undefined && emptyDir.sizeLimit === undefined
                ? [`volume ${name}: emptyDir.sizeLimit is missing; it must be a quantity, such as 1Gi`]
                : []),
            ...(ephemeral === undefined
                ? []
                : [`volume ${name} is ephemeral; it must be an emptyDir with a sizeLimit`]),
        ]),
};
