import fc from "fast-check";
import { Businesses } from "../../data/businesses/directory";
import { documentCheckDigit, documentNumber } from "../../data/identity-documents/document-number";
import { Parcels } from "../../data/land/parcels";
import { Acts } from "../../data/legislation/acts";
import { MOST_PEOPLE } from "../../data/registry-data";
import { checkDigit } from "../../data/shared/personal-code";
import { referenceNumber } from "../../data/taxes/reference-number";

const businesses = new Businesses({ seed: 1, people: MOST_PEOPLE });

describe("a business code", () => {
    // 1·1 + 2·2 + 3·3 + 4·4 + 5·5 + 6·6 + 7·7 = 140 = 12·11 + 8.
    it("has a check digit that is reckoned as a personal code's", () => {
        expect(checkDigit("1234567")).toBe(8);
    });

    it("is of eight digits, says what its holder is, and belongs to one alone", () => {
        const codes = Array.from({ length: businesses.count }, (_, index) => businesses.code(index + 1));
        expect(new Set(codes).size).toBe(codes.length);
        const first = { OÜ: "1", AS: "1", MTÜ: "8", SA: "9" };
        const wrong = codes.filter((code, index) => !code.startsWith(first[businesses.form(index + 1)]));
        expect(wrong).toEqual([]);
        expect(codes.filter((code) => !/^\d{8}$/.test(code))).toEqual([]);
    });
});

describe("a payment's reference number", () => {
    it("has the check digit of the banks' own example", () => {
        expect(referenceNumber("12131295")).toBe("121312952");
    });

    it("shows every single wrong digit", () => {
        const digits = fc.stringMatching(/^[0-9]{9}$/);
        fc.assert(
            fc.property(digits, fc.nat(8), fc.integer({ min: 1, max: 9 }), (right, at, by) => {
                const wrong = right.slice(0, at) + String((Number(right[at]) + by) % 10) + right.slice(at + 1);
                expect(referenceNumber(wrong).at(-1)).not.toBe(referenceNumber(right).at(-1));
            }),
        );
    });
});

describe("a document number", () => {
    // These are the specimens in ICAO Doc 9303, parts 4 and 5.
    it.each([
        ["L898902C3", 6],
        ["D23145890", 7],
        ["AB2134<<<", 5],
    ])("%s has the check digit %d", (number, digit) => {
        expect(documentCheckDigit(number)).toBe(digit);
    });

    it("is of two letters and seven digits, beyond ten million as well", () => {
        expect([documentNumber("id-card", 1), documentNumber("passport", 10_000_000)]).toEqual([
            "AZ0000001",
            "KY0000000",
        ]);
    });
});

it("no two parcels have one cadastral code", () => {
    const parcels = new Parcels({ seed: 1, people: 20_000 });
    const codes = Array.from({ length: parcels.count }, (_, index) => parcels.code(index + 1));
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.filter((code) => !/^\d{3}9\d:\d{3}:\d{4}$/.test(code))).toEqual([]);
});

it("no two publications of acts have one number, however many there are", () => {
    const acts = new Acts({ seed: 1, people: MOST_PEOPLE });
    const ids = Array.from({ length: acts.count }, (_, index) => acts.publications(index + 1)).flat();
    expect(new Set(ids.map(({ id }) => id)).size).toBe(ids.length);
    expect(acts.count).toBe(999);
});
