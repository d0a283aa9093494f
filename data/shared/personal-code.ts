/**
 * The Estonian personal code (isikukood), as EVS 585:2007 "Personal code. Structure" lays it down: eleven digits
 * `GYYMMDDSSSC`: sex and century, date of birth, serial number of that day, check digit.
 */
export type Sex = "F" | "M";

/** Weights of the first ten digits; the second series is used where the first leaves 10. */
const FIRST = [1, 2, 3, 4, 5, 6, 7, 8, 9, 1] as const;
const SECOND = [3, 4, 5, 6, 7, 8, 9, 1, 2, 3] as const;
const ZERO = 48;

/** How many people of one sex, born on one day, can have a code. */
export const SERIALS = 1000;

/**
 * @param birthDate ISO 8601, from 1800 to 2199
 * @param serial 0 to 999
 */
export function personalCode(sex: Sex, birthDate: string, serial: number): string {
    const century = Number(birthDate.slice(0, 2)) - 18;
    const leading = 2 * century + (sex === "M" ? 1 : 2);
    const day = birthDate.slice(2, 4) + birthDate.slice(5, 7) + birthDate.slice(8, 10);
    const ten = `${leading}${day}${serial < 10 ? "00" : serial < 100 ? "0" : ""}${serial}`;
    return ten + String(checkDigit(ten));
}

/** The check digit for the first ten digits of a personal code, or the first seven of a business code. */
export function checkDigit(digits: string): number {
    const first = weighted(digits, FIRST) % 11;
    if (first < 10) {
        return first;
    }
    const second = weighted(digits, SECOND) % 11;
    return second < 10 ? second : 0;
}

/** What a well-formed code with the right check digit says of its holder; `undefined` for all else. */
export function parsePersonalCode(code: string): { sex: Sex; birthDate: string } | undefined {
    if (!/^[1-8]\d{10}$/.test(code) || checkDigit(code.slice(0, 10)) !== Number(code[10])) {
        return undefined;
    }
    const leading = Number(code[0]);
    const birthDate = `${17 + Math.ceil(leading / 2)}${code.slice(1, 3)}-${code.slice(3, 5)}-${code.slice(5, 7)}`;
    const date = new Date(`${birthDate}T00:00:00Z`);
    if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== birthDate) {
        return undefined;
    }
    return { sex: leading % 2 === 1 ? "M" : "F", birthDate };
}

function weighted(digits: string, weights: readonly number[]): number {
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
        sum += (digits.charCodeAt(i) - ZERO) * (weights[i] as number);
    }
    return sum;
}
