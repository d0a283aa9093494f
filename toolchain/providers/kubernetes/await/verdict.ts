/** Whether an object is ready, as a pure function of what the API server has. */
import { KubeObject, at, isMap, list, text } from "../objects";
import { PlainMap } from "../../../plugin/values";
import { GroupVersionKind } from "../types";

/** The reasons why an object is not ready; without any it is ready. With `final`, waiting longer cannot help. */
export interface Verdict {
    readonly reasons: readonly string[];
    readonly final?: boolean;
    /** Milliseconds. An object that does not change for so long counts as ready in spite of the reasons. */
    readonly settles?: number;
}
export const READY: Verdict = { reasons: [] };

export function waiting(...reasons: readonly string[]): Verdict {
    return { reasons };
}

export function failed(...reasons: readonly string[]): Verdict {
    return { reasons, final: true };
}

/** Other objects that an object's readiness depends on. */
export interface Related {
    readonly gvk: GroupVersionKind;
    readonly namespace: string;
    readonly selector: { readonly labelSelector: string } | { readonly fieldSelector: string };
}

/** When objects of one kind count as ready. */
export interface Awaiter {
    check(object: KubeObject, related: readonly KubeObject[]): Verdict;
    /** What to look at beside the object; undefined for nothing. */
    related?(object: KubeObject): Related | undefined;
}

export function condition(object: KubeObject, type: string): PlainMap | undefined {
    return list(object, "status", "conditions")
        .filter(isMap)
        .find((each) => each["type"] === type);
}

export function isTrue(object: KubeObject, type: string): boolean {
    return condition(object, type)?.["status"] === "True";
}

/** What the conditions complain about: `Available: MinimumReplicasUnavailable: …`. */
export function complaints(object: KubeObject, ...types: readonly string[]): string[] {
    return types
        .map((type) => condition(object, type))
        .filter((each) => each !== undefined)
        .filter((each) => each["status"] !== "True" && text(each, "message") !== "")
        .map((each) => `${text(each, "type")}: ${text(each, "reason")}: ${text(each, "message")}`);
}

/** True if the controller has seen the object's latest specification; before that its status is about an older one. */
export function isObserved(object: KubeObject): boolean {
    const observed = at(object, "status", "observedGeneration");
    return typeof observed === "number" && observed >= Number(at(object, "metadata", "generation") ?? 0);
}
