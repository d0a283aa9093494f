/** Tells which labels a selector selects: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ Pure. */
import type { V1LabelSelector } from "@kubernetes/client-node";
import type { Labels } from "../../infra/conventions/names";

/** An empty selector selects everything. */
export function selects({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector, labels: Labels): boolean {
    return (
        Object.entries(matchLabels).every(([key, value]) => labels[key] === value) &&
        matchExpressions.every(({ key, operator, values = [] }) => {
            const value = labels[key];
            switch (operator) {
                case "In":
                    return value !== undefined && values.includes(value);
                case "NotIn":
                    return value === undefined || !values.includes(value);
                case "Exists":
                    return value !== undefined;
                default:
                    return value === undefined;
            }
        })
    );
}

export function isEmpty({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): boolean {
    return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** `tier=edge, !debug` */
export function selectorText({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector): string {
    return [
        ...Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`),
        ...matchExpressions.map(({ key, operator, values = [] }) =>
            operator === "Exists"
                ? key
                : operator === "DoesNotExist"
                  ? `!${key}`
                  : `${key} ${operator.toLowerCase()} (${values.join(", ")})`,
        ),
    ].join(", ");
}
