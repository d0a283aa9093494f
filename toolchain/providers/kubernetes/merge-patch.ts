import { PlainMap } from "../../plugin/values";
import { isMap } from "./objects";

/** The JSON merge patch (RFC 7386) that turns `before` into `after`: lists change as a whole, `null` removes. */
export function mergePatch(before: PlainMap, after: PlainMap): PlainMap {
    const patch: PlainMap = {};
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
        const [old, next] = [before[key], after[key]];
        if (next === undefined || next === null) {
            if (old !== undefined && old !== null) {
                patch[key] = null;
            }
        } else if (isMap(old) && isMap(next)) {
            const nested = mergePatch(old, next);
            if (Object.keys(nested).length > 0) {
                patch[key] = nested;
            }
        } else if (JSON.stringify(old) !== JSON.stringify(next)) {
            patch[key] = next;
        }
    }
    return patch;
}
