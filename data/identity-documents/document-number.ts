/** Document numbers as they stand in the machine-readable zone: nine characters and a check digit. */
export type DocumentKind = "id-card" | "passport";

/** The first letter of each series. The second counts down from Z, so that no series is known to have been issued. */
const SERIES: Readonly<Record<DocumentKind, string>> = { "id-card": "A", passport: "K" };
const IN_SERIES = 10_000_000;
const WEIGHTS = [7, 3, 1] as const;

/** @param serial from 0 to 259999999 */
export function documentNumber(kind: DocumentKind, serial: number): string {
    const letter = String.fromCharCode(90 - Math.floor(serial / IN_SERIES));
    return SERIES[kind] + letter + String(serial % IN_SERIES).padStart(7, "0");
}

/** ICAO Doc 9303, part 3, section 4.9: weights 7, 3, 1 from the left, A counts 10, B 11 … and `<` nothing. */
export function documentCheckDigit(number: string): number {
    let sum = 0;
    for (let i = 0; i < number.length; i++) {
        sum += (number[i] === "<" ? 0 : parseInt(number[i] as string, 36)) * (WEIGHTS[i % 3] as number);
    }
    return sum % 10;
}
