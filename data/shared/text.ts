/** Values in PostgreSQL's text format for COPY: https://www.postgresql.org/docs/17/sql-copy.html#id-1.9.3.55.9.2 */
import { AS_OF, isoDate } from "./calendar";

export function optional(value: string | number | undefined): string | number {
    return value ?? "\\N";
}

/** The ISO date of a day; null for one that has not come yet. */
export function day(value: number): string {
    return value >= AS_OF ? "\\N" : isoDate(value);
}

/** An amount of money for a numeric column. @param cents a whole number, not negative */
export function euros(cents: number): string {
    const rest = cents % 100;
    return `${(cents - rest) / 100}.${rest < 10 ? "0" : ""}${rest}`;
}
