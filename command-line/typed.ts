/** Reads what a person types in the same way for every command line. */
import { UserError } from "./command";

const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
/** The most hours: less than the 2³¹ − 1 ms that a timer can wait, and more than the 14 days for which a site must be able to live alone. */
const LONGEST_HOURS = 500;

/** Accepts only digits, neither `1e3` nor `0x10`. @throws UserError naming the option */
export function wholeNumber(option: string, text: string, low: number, high: number): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
        throw new UserError(`${option} is "${text}": it must be a whole number from ${low} to ${high}.`);
    }
    return value;
}

/** @returns seconds, more than 0. @throws UserError naming the option */
export function duration(option: string, text: string): number {
    const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
    const seconds = Number(number) * (UNIT_SECONDS[unit] ?? 0);
    if (!(seconds > 0 && seconds <= LONGEST_HOURS * 3600)) {
        throw new UserError(
            `${option} is "${text}": it must be a time with its unit, such as 30s, 5m or 2h, and ${LONGEST_HOURS}h at most.`,
        );
    }
    return seconds;
}

/**
 * The named ones of `known`, in the order of `known`; the order and the repetitions of the names do not matter.
 *
 * @param parse reads one name. @throws what `parse` throws for an unknown name
 */
export function chosen<T extends string>(
    known: readonly T[],
    names: readonly string[],
    parse: (name: string) => T,
): T[] {
    const wanted = new Set(names.map(parse));
    return known.filter((name) => wanted.has(name));
}

/** Refuses an empty text, which a shell makes of an unset variable. @throws UserError naming `what` */
export function refuseBlank(what: string, text: string): void {
    if (text.trim() === "") {
        throw new UserError(`${what} is empty: give it a value, or leave it out. Is a variable of the shell not set?`);
    }
}
