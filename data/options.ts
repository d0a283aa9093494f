/** What the commands' options mean. */
import { UserError } from "../toolchain/command";
import { MOST_PEOPLE, NATION } from "./registry-data";

export const DEFAULT_PEOPLE = 20_000;
const UNIT_SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };

/** @throws UserError naming the option */
export function parsePeople(people: string | undefined, national: boolean): number {
    if (national && people !== undefined) {
        throw new UserError(`--national is --people ${NATION}: leave one of the two out.`);
    }
    return people === undefined ? (national ? NATION : DEFAULT_PEOPLE) : whole("--people", people, 1, MOST_PEOPLE);
}

/** @throws UserError naming the option */
export function parseSeed(seed: string): number {
    return whole("--seed", seed, 0, 2 ** 32 - 1);
}

/** @throws UserError naming the option */
export function parseRate(rate: string): number {
    const value = Number(rate);
    if (!/^\d+(\.\d+)?$/.test(rate) || value < 0.01 || value > 10_000) {
        throw new UserError(`--rate is "${rate}": it is to be commits a second, from 0.01 to 10000.`);
    }
    return value;
}

/** @returns seconds @throws UserError naming the option */
export function parseDuration(text: string, option = "--for"): number {
    const [, number = "", unit = ""] = /^(\d+(?:\.\d+)?)([smh])$/.exec(text) ?? [];
    const seconds = Number(number) * (UNIT_SECONDS[unit] ?? 0);
    if (!(seconds > 0 && seconds < Infinity)) {
        throw new UserError(`${option} is "${text}": it is to be a time with its unit, as 30s, 5m or 2h.`);
    }
    return seconds;
}

/** @returns an ISO date, or `undefined` where none is given. @throws UserError naming the option */
export function parseDay(text: string | undefined): string | undefined {
    if (text === undefined) {
        return undefined;
    }
    const date = new Date(`${text}T00:00:00Z`);
    // Postgres has no year 0.
    if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text || text < "0001") {
        throw new UserError(`--at is "${text}": it is to be a day, as 2025-06-30.`);
    }
    return text;
}

function whole(option: string, text: string, low: number, high: number): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < low || value > high) {
        throw new UserError(`${option} is "${text}": it is to be a whole number from ${low} to ${high}.`);
    }
    return value;
}
