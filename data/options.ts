/** What the commands' options mean. */
import { UserError } from "../command-line/command";
import { wholeNumber } from "../command-line/typed";
import { MOST_PEOPLE, NATION } from "./registry-data";

export const DEFAULT_PEOPLE = 20_000;

/** @throws UserError naming the option */
export function parsePeople(people: string | undefined, national: boolean): number {
    if (national && people !== undefined) {
        throw new UserError(`--national is --people ${NATION}: leave one of the two out.`);
    }
    return people === undefined
        ? national
            ? NATION
            : DEFAULT_PEOPLE
        : wholeNumber("--people", people, 1, MOST_PEOPLE);
}

/** @throws UserError naming the option */
export function parseSeed(seed: string): number {
    return wholeNumber("--seed", seed, 0, 2 ** 32 - 1);
}

/** @throws UserError naming the option */
export function parseRate(rate: string): number {
    const value = Number(rate);
    if (!/^\d+(\.\d+)?$/.test(rate) || value < 0.01 || value > 10_000) {
        throw new UserError(`--rate is "${rate}": it must be a number of commits a second, from 0.01 to 10000.`);
    }
    return value;
}

/** @returns an ISO date, or `undefined` where none is given. @throws UserError naming the option */
export function parseDay(text: string | undefined): string | undefined {
    if (text === undefined) {
        return undefined;
    }
    const date = new Date(`${text}T00:00:00Z`);
    // Postgres has no year 0.
    if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== text || text.startsWith("0000")) {
        throw new UserError(`--at is "${text}": it must be a day from the year 0001 on, such as 2025-06-30.`);
    }
    return text;
}

/** @returns a code, which is one line of text, or `undefined` where none is given. @throws UserError naming the option */
export function parseOf(text: string | undefined): string | undefined {
    if (text !== undefined && /\p{Cc}/u.test(text)) {
        throw new UserError(`--of is ${JSON.stringify(text)}: it must be a code, without control characters.`);
    }
    return text;
}
