/** When two spellings of a value mean the same to the API server. */
import { Plain } from "../../plugin/values";
import { Path, isMap } from "./objects";
import { sameQuantity } from "./quantity";

/** Maps from a resource's name to a quantity. */
const QUANTITY_MAPS = new Set([
    "limits",
    "requests",
    "hard",
    "capacity",
    "max",
    "min",
    "default",
    "defaultRequest",
    "maxLimitRequestRatio",
    "podFixed",
]);
const QUANTITY_FIELDS = new Set(["sizeLimit", "divisor", "averageValue", "value"]);
/** Texts that belong to the user, where "1Gi" and "1024Mi" are different values. */
const FREE_TEXT = new Set(["data", "stringData", "binaryData", "annotations", "labels", "matchLabels", "env", "args"]);

function holdsQuantity(path: Path): boolean {
    if (path.some((step) => typeof step === "string" && FREE_TEXT.has(step))) {
        // An environment variable may be taken from a container's resources, in units of a divisor.
        return path.at(-1) === "divisor";
    }
    const [parent, key] = path.slice(-2);
    if (typeof key !== "string") {
        return false;
    }
    // `value` is a quantity in the target of an autoscaler's metric, and a text elsewhere.
    return QUANTITY_MAPS.has(String(parent)) || (QUANTITY_FIELDS.has(key) && (key !== "value" || parent === "target"));
}

/**
 * True if the API server takes both scalars for the same: equal, equal as quantities where `path` holds one, or a number and
 * its text, since ports and percentages are int-or-string.
 */
export function sameScalar(path: Path, left: Plain, right: Plain): boolean {
    if (left === right) {
        return true;
    }
    const comparable = isTextOrNumber(left) && isTextOrNumber(right);
    if (!comparable) {
        return false;
    }
    return (
        (typeof left !== typeof right && String(left) === String(right)) ||
        (holdsQuantity(path) && sameQuantity(left, right))
    );
}

function isTextOrNumber(value: Plain): value is string | number {
    return typeof value === "string" || typeof value === "number";
}

/** Deep {@link sameScalar}. Null is absent; empty is not: `replicas: 0` and `podSelector: {}` say something. */
export function same(path: Path, left: Plain | undefined, right: Plain | undefined): boolean {
    left ??= undefined;
    right ??= undefined;
    if (left === undefined || right === undefined) {
        return left === right;
    }
    if (Array.isArray(left) && Array.isArray(right)) {
        return left.length === right.length && left.every((item, index) => same([...path, index], item, right[index]));
    }
    if (isMap(left) && isMap(right)) {
        return [...new Set([...Object.keys(left), ...Object.keys(right)])].every((key) =>
            same([...path, key], left[key], right[key]),
        );
    }
    return sameScalar(path, left, right);
}
