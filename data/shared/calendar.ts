/** Days as integers, counted from 1 January 1900. They are fast to compute with, and looked up when they are written. */
const EPOCH = Date.UTC(1900, 0, 1);
const DAY_MS = 86_400_000;

/** Measures lengths of time, not dates. */
export const YEAR = 365.25;
/** Later than every day. */
export const NEVER = 0x3fffffff;

/** @param isoDate as 2026-01-01 */
export function dayOf(isoDate: string): number {
    return (Date.parse(`${isoDate}T00:00:00Z`) - EPOCH) / DAY_MS;
}

/** The register has the state of this morning, whenever it is made: with a clock, each load would be another. */
export const AS_OF = dayOf("2026-01-01");
/** The electronic register begins here: people who died before are not in it, and where people lived before is not known. */
export const REGISTER_START = dayOf("1992-01-01");

/** Documents expire and taxes fall due after the day of the register. */
const LAST_DAY = dayOf("2039-12-31");

/** ISO dates of all days from 1900 to the last, that day included. They are made once they are asked for: most commands ask for none. */
let dates: readonly string[] | undefined;

export function isoDate(day: number): string {
    dates ??= Array.from({ length: LAST_DAY + 1 }, (_, each) =>
        new Date(EPOCH + each * DAY_MS).toISOString().slice(0, 10),
    );
    const date = dates[day];
    if (date === undefined) {
        throw new RangeError(`day ${day} is not between 1900-01-01 and ${dates[LAST_DAY] ?? ""}`);
    }
    return date;
}
