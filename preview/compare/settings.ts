/** Which keys of a stack file change. Pure. */
import { type KeyPath, NO_FILE, type StackFile } from "../stack-file";
import type { Danger, StackReport } from "../report";
import { formatPath } from "../../toolchain/providers/kubernetes/paths";
import { shownPair } from "./show";

type Setting = StackReport["settings"][number];

/** What a reviewer of the agreement asks of first. */
const ABOUT: readonly (readonly [RegExp, string])[] = [
    [/^data-embassy:recovery\b/, "retention and recovery window"],
    [/^data-embassy:storage\.sealDays\b/, "retention and recovery window"],
    [/^data-embassy:keys\b.*Days$/, "lifetimes"],
    [/^data-embassy:keys\.generations\b/, "generations of keys"],
    [/^data-embassy:replication\b/, "replication"],
    [/^data-embassy:edge\.allies\b/, "who is let in"],
    [/^data-embassy:site\.role\b/, "which site is written to"],
];

/** @param file name of the stack's own, for the report */
export function settingsChanges(file: string, before: StackFile, after: StackFile): Setting[] {
    if (before === NO_FILE || after === NO_FILE) {
        // A stack that comes or goes, or a file that nobody can read: all of it is one fact, told elsewhere.
        return [];
    }
    return changed([], before.config, after.config)
        .map(({ path, old, next }) => {
            const key = formatPath(path);
            const about = ABOUT.find(([pattern]) => pattern.test(key))?.[1];
            const shown = shownPair(String(path.at(-1)), old, next);
            // What is taken out is shown where it was around.
            return { key, ...(about !== undefined && { about }), ...shown, file, ...after.placeOf(path) };
        })
        .sort((one, other) => Number(one.about === undefined) - Number(other.about === undefined));
}

/** Of these, less is less to fall back on. */
const FLOORS = /^data-embassy:(recovery\.(windowDays|retentionDays)|storage\.sealDays)$/;

/** What of the settings gives protection up. */
export function loweredSettings(settings: readonly Setting[]): Danger[] {
    return settings
        .filter(({ key, before, after }) => FLOORS.test(key) && Number(after) < Number(before))
        .map(({ key, before = "", after = "", file, line }) => ({
            kind: "loses protection",
            text: `${key} is ${after} instead of ${before}: what is older than that is not to be had back`,
            objects: [`${file}:${line}`],
        }));
}

interface Changed {
    readonly path: KeyPath;
    readonly old: unknown;
    readonly next: unknown;
}

/** Maps are looked into; a list is one value. */
function changed(path: KeyPath, old: unknown, next: unknown): Changed[] {
    if (isMap(old) && isMap(next) && !("secure" in old) && !("secure" in next)) {
        return [...new Set([...Object.keys(next), ...Object.keys(old)])].flatMap((key) =>
            changed([...path, key], old[key], next[key]),
        );
    }
    return JSON.stringify(old) === JSON.stringify(next) ? [] : [{ path, old, next }];
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
