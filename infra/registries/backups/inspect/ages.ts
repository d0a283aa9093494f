/** How old the backups and the WAL are that a store holds of a registry, whichever site stored them, and whether that is too old. Pure. */
import { SLACK_HOURS, isTooOld } from "../schedules";
import { ON_ITS_WAY_SECONDS } from "./whole";

/** When the newest of each was stored, ISO 8601; absent where there is none. */
export interface Ages {
    readonly full?: string;
    /** Full or differential. */
    readonly version?: string;
    /** Segment of WAL: the members alone have the commits after it. */
    readonly wal?: string;
}

/** The schedules and limits by which something is too old. */
export interface Terms {
    /** Schedules. */
    readonly full: string;
    readonly differential: string;
    /** Seconds after which a segment that was begun is stored. */
    readonly archiveTimeout: number;
    /** ISO 8601; when storing began. */
    readonly since: string;
}

/** Milliseconds within which a first version must be there. */
const FIRST_MS = 3_600_000;

/** What is too old, in a sentence; undefined where nothing is. @param now in milliseconds since 1970 */
export function tooOld(
    ages: Ages,
    { full, differential, archiveTimeout, since }: Terms,
    now: number,
): string | undefined {
    const isNew = now - Date.parse(since) < FIRST_MS;
    const missing = (what: string): string[] => (isNew ? [] : [`no ${what} is in it, since ${since}`]);
    const overdue = (what: string, last: string | undefined, schedule: string): string[] =>
        last === undefined
            ? missing(what)
            : isTooOld(schedule, Date.parse(last), now)
              ? [
                    `the newest ${what} is of ${last}, and one was due by "${schedule}" more than ${SLACK_HOURS} hours ago`,
                ]
              : [];
    const { wal } = ages;
    const late = wal !== undefined && now - Date.parse(wal) > (archiveTimeout + ON_ITS_WAY_SECONDS) * 1000;
    const problems = [
        ...overdue("full version", ages.full, full),
        ...(ages.full === undefined ? [] : overdue("version", ages.version, differential)),
        ...(wal === undefined ? missing("segment of WAL") : []),
        ...(late ? [`the newest segment of WAL is of ${wal}, and one is due each ${archiveTimeout} seconds`] : []),
    ];
    return problems.length === 0 ? undefined : problems.join("; ");
}
