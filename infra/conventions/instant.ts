/** Instants as people, Postgres and stack files write them, to the microsecond, which is what Postgres keeps. Pure. */
import { z } from "zod";

declare const canonical: unique symbol;
/** `2026-03-01T12:00:00.000000Z`: always of this length and in UTC, so that the earlier of two sorts first. */
export type Instant = string & { readonly [canonical]: true };

/** Message for a person whose text is no instant. */
export const INSTANT_FORMS =
    "give a day and a time that exist, with their zone, as in 2026-03-01T12:00:00Z, 2026-03-01T14:00:00.123456+02:00 or, " +
    "as Postgres has it, 2026-03-01 12:00:00.123456+00";

const WRITTEN =
    /^(\d{4}-\d\d-\d\d)(?:[Tt]| +)(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6})0*)?)? ?(?:([+-]\d\d)(?::?(\d\d))?|Z|UTC)$/i;
/** Days and times that exist. A leap second does not: Postgres' clock has none. */
const existing = z.iso.datetime({ precision: 0 });
/** Postgres accepts no offset of more hours than this: MAX_TZDISP_HOUR in its src/include/datatype/timestamp.h. */
const OFFSET_HOURS = 15;

/**
 * Accepts ISO 8601 (`T` or a blank between day and time; seconds are optional, the zone is not) and Postgres' output.
 *
 * @returns undefined for anything else: another form, a day, time or offset that does not exist, more than microseconds, or a year that
 * Postgres does not write with four digits
 */
export function parseInstant(text: string): Instant | undefined {
    const [written, day = "", minute = "", second = "00", fraction = "", hours = "+00", minutes = "00"] =
        WRITTEN.exec(text.trim()) ?? [];
    const local = `${day}T${minute}:${second}Z`;
    const offset = Number(hours.slice(1)) <= OFFSET_HOURS && Number(minutes) < 60;
    if (written === undefined || !existing.safeParse(local).success || !offset) {
        return undefined;
    }
    const ahead = Number(`${hours.slice(0, 1)}1`) * (Number(hours.slice(1)) * 60 + Number(minutes));
    const utc = new Date(Date.parse(local) - ahead * 60_000).toISOString();
    return /^(?!0000)\d{4}-/.test(utc) ? (`${utc.slice(0, 19)}.${fraction.padEnd(6, "0")}Z` as Instant) : undefined;
}

/** @param seconds since 1970, a whole number */
export function instantAt(seconds: number): Instant {
    return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.000000Z` as Instant;
}

/** Whole seconds since 1970 that have passed by then. */
export function secondsOf(instant: Instant): number {
    return Date.parse(`${instant.slice(0, 19)}Z`) / 1000;
}

/** The instant that is a microsecond earlier. */
export function justBefore(instant: Instant): Instant {
    const fraction = Number(instant.slice(20, 26));
    return fraction === 0
        ? (instantAt(secondsOf(instant) - 1).replace(".000000", ".999999") as Instant)
        : (`${instant.slice(0, 20)}${String(fraction - 1).padStart(6, "0")}Z` as Instant);
}

/** The form that Postgres and pgBackRest read: `2026-03-01 12:00:00.000000+00`. */
export function inPostgres(instant: Instant): string {
    return instant.replace("T", " ").replace("Z", "+00");
}

/** An instant as a stack file has it. */
export const instant = z.string().transform((text, context) => {
    const parsed = parseInstant(text);
    if (parsed === undefined) {
        context.addIssue(`must be an instant: ${INSTANT_FORMS}`);
        return z.NEVER;
    }
    return parsed;
});
