/** Tells when two spellings of a value mean the same to the API server. */
import { Plain } from "../../plugin/values";
import { canonicalBase64 } from "./base64";
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
const QUANTITY_FIELDS = new Set(["sizeLimit", "divisor", "averageValue", "maximumVolumeSize", "value"]);
/** Texts that belong to the user, where "1Gi" and "1024Mi" are different values. */
const FREE_TEXT = new Set(["data", "stringData", "binaryData", "annotations", "labels", "matchLabels", "env", "args"]);

function isFreeText(path: Path): boolean {
    return path.some((step) => typeof step === "string" && FREE_TEXT.has(step));
}

function holdsQuantity(path: Path): boolean {
    if (isFreeText(path)) {
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

/** Fields that are bytes: Go's type `[]byte`, base64 in JSON. A Secret's data is made canonical where inputs are checked. */
const BYTE_FIELDS = new Set(["caBundle", "certificate", "request"]);
/** Kubernetes names the fields of its types Time and MicroTime like this: `renewTime`, `startTime`, `expirationTimestamp`. */
const TIME_FIELD = /(?:Time|Timestamp)$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d+))?(?:Z|[+-]\d\d:\d\d)$/;

/** The API server keeps times in UTC, to the second or to the microsecond, so only the digits that both have can differ. */
function sameTime(left: string, right: string): boolean {
    const [mine, yours] = [TIME.exec(left), TIME.exec(right)];
    if (!mine || !yours) {
        return false;
    }
    const seconds = (text: string): number => Math.floor(Date.parse(text) / 1000);
    const [[, fraction], [, other]] = [mine, yours];
    const fractions = fraction !== undefined && other !== undefined;
    return seconds(left) === seconds(right) && (!fractions || fraction.padEnd(9, "0") === other.padEnd(9, "0"));
}

function sameTexts(path: Path, left: Plain, right: Plain): boolean {
    const key = path.at(-1);
    if (typeof left !== "string" || typeof right !== "string" || typeof key !== "string" || isFreeText(path)) {
        return false;
    }
    return (
        (BYTE_FIELDS.has(key) && canonicalBase64(left) === canonicalBase64(right)) ||
        (TIME_FIELD.test(key) && sameTime(left, right))
    );
}

/**
 * True if the API server takes both scalars for the same: equal, equal as quantities, times or bytes where `path` holds these, or a number and
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
        (holdsQuantity(path) && sameQuantity(left, right)) ||
        sameTexts(path, left, right)
    );
}

function isTextOrNumber(value: Plain): value is string | number {
    return typeof value === "string" || typeof value === "number";
}

/** Deep {@link sameScalar}. Null counts as absent. An empty value does not: `replicas: 0` and `podSelector: {}` say something. */
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
