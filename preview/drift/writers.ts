/**
 * Tells who wrote a field of an object, and when: https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 * Pure.
 */
import type { Plain, PlainMap } from "../../toolchain/plugin/values";
import { type FieldSet, below, entryOf, isLeaf } from "../../toolchain/providers/kubernetes/managed-fields";
import { type KubeObject, type Path, at, isMap, list, map, text } from "../../toolchain/providers/kubernetes/objects";

/**
 * @param live object with its managedFields
 * @param own field manager of the program
 * @returns the other writers, the latest first, as `kubectl-edit (Update, 2026-03-01T12:00:00Z)`; the program itself where nobody else has
 *   the field; none where nobody has it, for instance because it was removed
 */
export function writersOf(live: KubeObject, path: Path, own: string): string[] {
    const entries = list(live, "metadata", "managedFields").filter(isMap);
    const all = entries.filter((entry) => holds(map(entry, "fieldsV1"), live, path));
    const others = all.filter((entry) => text(entry, "manager") !== own);
    return (others.length > 0 ? others : all)
        .sort((one, other) => text(other, "time").localeCompare(text(one, "time"), "en"))
        .map(inWords);
}

function inWords(entry: PlainMap): string {
    const [operation, time, subresource] = ["operation", "time", "subresource"].map((key) => text(entry, key));
    const how = [operation, subresource === "" ? "" : `of ${subresource ?? ""}`]
        .filter((part) => part !== "")
        .join(" ");
    return `${text(entry, "manager")} (${[how, time].filter((part) => part !== "").join(", ")})`;
}

/** Whether the set has the field, a value that contains it as a whole, or anything in it. */
function holds(fields: FieldSet, value: Plain | undefined, [step, ...rest]: Path): boolean {
    if (step === undefined || isLeaf(fields)) {
        return true;
    }
    const item = at(value, step);
    const inside = typeof step === "number" ? member(fields, item) : below(fields, step);
    return inside !== undefined && holds(inside, item, rest);
}

/** The entry for an item of a list, by the item's keys or by its value. */
function member(fields: FieldSet, item: Plain | undefined): FieldSet | undefined {
    const key = item === undefined ? undefined : (entryOf(fields, item) ?? `v:${JSON.stringify(item)}`);
    return key !== undefined && key in fields ? map(fields, key) : undefined;
}
