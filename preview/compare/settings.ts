/** Finds the keys of a stack file that change. Pure. */
import { isDeepStrictEqual } from "node:util";
import { type KeyPath, NO_FILE, type StackFile } from "../stack-file";
import type { Danger, StackReport } from "../report";
import { formatPath } from "../../toolchain/providers/kubernetes/paths";
import { shownPair } from "./show";

type Setting = StackReport["settings"][number];

/** Settings that a reviewer asks about first because of the agreement. */
const ABOUT: readonly (readonly [RegExp, string])[] = [
    [/^data-embassy:recovery\b/, "retention and recovery window"],
    [/^data-embassy:storage\.objectLockDays\b/, "retention and recovery window"],
    [/^data-embassy:keys\b.*Days$/, "lifetimes"],
    [/^data-embassy:keys\.generations\b/, "generations of keys"],
    [/^data-embassy:replication\b/, "replication"],
    [/^data-embassy:keys\.(root|sites)\b/, "who issues keys, and to whom"],
    [/^data-embassy:edge\b/, "who is let in"],
    [/^data-embassy:site\.role\b/, "which site is written to"],
];

/** @param file name of the stack's own file, for the report */
export function settingsChanges(file: string, before: StackFile, after: StackFile): Setting[] {
    if (before === NO_FILE || after === NO_FILE) {
        // A stack that comes or goes, or an unreadable file, is one fact as a whole, which other parts of the report tell.
        return [];
    }
    return changed([], before.config, after.config)
        .map(({ path, old, next }) => {
            const key = formatPath(path);
            const about = ABOUT.find(([pattern]) => pattern.test(key))?.[1];
            const shown = shownPair(String(path.at(-1)), old, next);
            // A removed setting is shown at the place that was around it.
            return { key, ...(about !== undefined && { about }), ...shown, file, ...after.placeOf(path) };
        })
        .sort((one, other) => Number(one.about === undefined) - Number(other.about === undefined));
}

const OLDER = "what is older than that is not to be had back";
const LOST = "more of what was acknowledged may be lost";

/** Settings whose value protects less when it is lower, or when it is higher. Values are text here, and numbers are parsed. */
const BOUNDS: readonly (readonly [key: RegExp, isWorse: (now: number, was: number) => boolean, then: string])[] = [
    [/^data-embassy:(recovery\.(windowDays|retentionDays)|storage\.objectLockDays)$/, (now, was) => now < was, OLDER],
    [/^data-embassy:recovery\.archiveTimeout$/, (now, was) => now > was, `${LOST} where all machines of a site are`],
    [/^data-embassy:replication\.maximumLag$/, (now, was) => now > was, `${LOST} at a failover`],
    [
        /^data-embassy:edge\.(public\.)?requestsPerMinute$/,
        (now, was) => now > was,
        "one who asks may keep others waiting",
    ],
];

/** The strongest comes first: https://www.postgresql.org/docs/current/warm-standby.html#SYNCHRONOUS-REPLICATION */
const ACROSS_SITES = ["sync", "bounded", "async"];

/** Settings that give protection up. */
export function loweredSettings(settings: readonly Setting[]): Danger[] {
    return settings.flatMap((setting) =>
        [...bound(setting), ...weakerReplication(setting), ...unrevoked(setting)].map((text): Danger => ({
            kind: "loses protection",
            text: `${setting.key} ${text}`,
            objects: [`${setting.file}:${setting.line}`],
        })),
    );
}

function bound({ key, before = "", after = "" }: Setting): string[] {
    return BOUNDS.filter(([pattern, isWorse]) => pattern.test(key) && isWorse(Number(after), Number(before))).map(
        ([, , then]) => `is ${after} instead of ${before}: ${then}`,
    );
}

function weakerReplication({ key, before = "", after = "" }: Setting): string[] {
    return key === "data-embassy:replication.acrossSites" && ACROSS_SITES.indexOf(after) > ACROSS_SITES.indexOf(before)
        ? [`is ${after} instead of ${before}: ${LOST} at a failover`]
        : [];
}

/** Certificates of an ally that were refused, and no longer are. */
function unrevoked({ key, before, after }: Setting): string[] {
    if (!/^data-embassy:edge\.allies\.[\w-]+\.revoked$/.test(key)) {
        return [];
    }
    const [was, is] = [before, after].map((text) => new Set(text?.match(/\d+/g) ?? []));
    const again = [...(was ?? [])].filter((each) => is?.has(each) === false);
    return again.length === 0
        ? []
        : [`has ${again.join(", ")} no more: who was refused with that certificate is let in`];
}

interface Changed {
    readonly path: KeyPath;
    readonly old: unknown;
    readonly next: unknown;
}

/** Maps are compared key by key; a list is one value. */
function changed(path: KeyPath, old: unknown, next: unknown): Changed[] {
    if (isMap(old) && isMap(next) && !("secure" in old) && !("secure" in next)) {
        return [...new Set([...Object.keys(next), ...Object.keys(old)])].flatMap((key) =>
            changed([...path, key], old[key], next[key]),
        );
    }
    // A back end may store the keys of a map in another order.
    return isDeepStrictEqual(old, next) ? [] : [{ path, old, next }];
}

function isMap(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
