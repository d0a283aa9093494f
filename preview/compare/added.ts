import type { Plain } from "../../toolchain/plugin/values";

/** Items of the second list that the first one does not have in the same form. Pure. */
export function added(old: readonly Plain[], next: readonly Plain[]): Plain[] {
    const known = new Set(old.map((item) => JSON.stringify(item)));
    return next.filter((item) => !known.has(JSON.stringify(item)));
}
