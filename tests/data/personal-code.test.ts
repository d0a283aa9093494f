import fc from "fast-check";
import { checkDigit, parsePersonalCode, personalCode } from "../../data/shared/personal-code";

const birthDate = fc
    .date({ min: new Date("1800-01-01"), max: new Date("2199-12-31"), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10));
const sex = fc.constantFrom("F" as const, "M" as const);
const serial = fc.integer({ min: 0, max: 999 });

// The digits were computed by hand after EVS 585:2007. The remainder of the division by 11 is the digit.
it.each([
    // The widely printed example: 3·1+7·2+6·3+0·4+5·5+0·6+3·7+0·8+2·9+9·1 = 108 = 9·11 + 9.
    ["first weights", "3760503029", 9],
    ["a single digit", "3000000000", 3],
    // 1·1 + 1·9 = 10 leads to the second weights: 1·3 + 1·2 = 5.
    ["second weights", "1000000010", 5],
    // 6·1 + 2·2 = 10, then 6·3 + 2·4 = 26 = 2·11 + 4.
    ["second weights again", "6200000000", 4],
    // 3+16+0+0+5+0+7+0+18+5 = 54 = 4·11 + 10, then 9+32+0+0+7+0+9+0+4+15 = 76 = 6·11 + 10.
    ["0 where both leave 10", "3800101025", 0],
])("has a check digit: %s", (_, ten, digit) => {
    expect(checkDigit(ten)).toBe(digit);
});

function sum(ten: string, weights: string): number {
    return Array.from(ten).reduce((total, digit, i) => total + Number(digit) * Number(weights[i]), 0);
}

it("says its holder's sex and date of birth, in four centuries", () => {
    fc.assert(
        fc.property(sex, birthDate, serial, (holder, born, number) => {
            const code = personalCode(holder, born, number);
            expect(code).toMatch(/^[1-8]\d{10}$/);
            expect(parsePersonalCode(code)).toEqual({ sex: holder, birthDate: born });
        }),
    );
});

it("differs from any other person's of that day", () => {
    const codes = Array.from({ length: 1000 }, (_, number) => personalCode("F", "2000-02-29", number));
    expect(new Set(codes).size).toBe(1000);
});

it("shows every single wrong digit", () => {
    const change = fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 9 }));
    fc.assert(
        fc.property(birthDate, serial, change, (born, number, [at, by]) => {
            const code = personalCode("M", born, number);
            const wrong = code.slice(0, at) + String((Number(code[at]) + by) % 10) + code.slice(at + 1);
            const parsed = parsePersonalCode(wrong);
            // Any single wrong digit is detected, except where the second weights are used, which is a limit of the standard.
            expect(parsed === undefined || usesSecondWeights(code) || usesSecondWeights(wrong)).toBe(true);
        }),
    );
});

function usesSecondWeights(code: string): boolean {
    return sum(code.slice(0, 10), "1234567891") % 11 === 10;
}

it.each(["", "3760503029", "37605030298", "97605030299", "3760503029x", "37613030290"])("is not %j", (code) => {
    expect(parsePersonalCode(code)).toBeUndefined();
});
