/**
 * A Job that failed stays as it is. To run it again it must be replaced, which its annotation asks for.
 * https://www.pulumi.com/registry/packages/kubernetes/api-docs/batch/v1/job/
 */
import { type KubeObject, annotation, isMap, list, text } from "./objects";
import { formatPath } from "./paths";
import type { GroupVersionKind } from "./types";

const REPLACE_UNREADY = "pulumi.com/replaceUnready";

/** True if `news` is a Job that must be replaced after a failure. */
export function asksForReplacement(gvk: GroupVersionKind, news: KubeObject): boolean {
    return gvk.group === "batch" && gvk.kind === "Job" && annotation(news, REPLACE_UNREADY) === "true";
}

/** @param live the Job as it is now @returns the path that is the reason to replace it; undefined where there is none */
export function replaceUnready(live: KubeObject): string | undefined {
    return hasFailed(live) ? formatPath(["metadata", "annotations", REPLACE_UNREADY]) : undefined;
}

function hasFailed(job: KubeObject): boolean {
    const conditions = list(job, "status", "conditions").filter(isMap);
    return conditions.some((condition) => text(condition, "type") === "Failed" && text(condition, "status") === "True");
}
