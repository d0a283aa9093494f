/**
 * Reference number of a payment (viitenumber): the last digit is a check by the 7-3-1 method of the Estonian banks'
 * standard, https://www.pangaliit.ee/settlements-and-standards/reference-number-of-the-invoice
 */
const WEIGHTS = [7, 3, 1] as const;
const ZERO = 48;

/** @param digits all but the check digit */
export function referenceNumber(digits: string): string {
    let sum = 0;
    for (let i = 0; i < digits.length; i++) {
        sum += (digits.charCodeAt(digits.length - 1 - i) - ZERO) * (WEIGHTS[i % 3] as number);
    }
    return `${digits}${(10 - (sum % 10)) % 10}`;
}
