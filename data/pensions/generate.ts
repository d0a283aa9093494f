/** The rows of the pension register. */
import { BUSINESS_CODE, businessesOf } from "../businesses/directory";
import { Acts, RT_ID } from "../legislation/acts";
import { PERSONAL_CODE, rosterOf } from "../population/roster";
import type { DatasetOptions, RegistryData } from "../registry-data";
import { dayOf, isoDate } from "../shared/calendar";
import { day, euros } from "../shared/text";
import { RATES, type Rate, careersOf, monthly } from "./careers";

export const pensions: RegistryData = {
    generator: 1,
    bytesPerPerson: 98,
    references: [
        { table: "insured", column: "personal_code", to: PERSONAL_CODE },
        { table: "employment", column: "employer_business_code", to: BUSINESS_CODE },
        { table: "rate", column: "legal_basis", to: RT_ID },
    ],
    question: {
        tells: "what pension a person was due in the month of a day, by career and by the rates then in force, and what was paid",
        subject: {
            table: "insured",
            column: "personal_code",
            example: "insured_id IN (SELECT insured_id FROM pensions.payment)",
        },
    },
    tables: {
        rate: { columns: "valid_from, valid_to, base, year_value, legal_basis", rows: rateRows },
        insured: { columns: "insured_id, personal_code", rows: insuredRows },
        employment: {
            columns: "insured_id, started_on, ended_on, employer_business_code, coefficient",
            rows: employmentRows,
        },
        pension: { columns: "insured_id, granted_on, ended_on, service_days", rows: pensionRows },
        payment: { columns: "insured_id, month, amount", rows: paymentRows },
    },
};

/** First days of the months of which payments are kept. */
export const MONTHS = ["2025-10-01", "2025-11-01", "2025-12-01"].map(dayOf);
/** Number of the act that is the basis of the rates; the tax rates are based on the first ones. */
const BASIS = 7;

function* insured(options: DatasetOptions): Generator<number, void, undefined> {
    const careers = careersOf(options);
    for (let person = 1; person <= options.people; person++) {
        if (careers.isInsured(person)) {
            yield person;
        }
    }
}

function* rateRows(options: DatasetOptions): Generator<string, void, undefined> {
    const acts = new Acts(options);
    for (const { from, to, base, year } of RATES) {
        yield `${isoDate(from)}\t${day(to)}\t${euros(base)}\t${euros(year)}\t${acts.basis(BASIS, from).id}\n`;
    }
}

function* insuredRows(options: DatasetOptions): Generator<string, void, undefined> {
    const roster = rosterOf(options);
    for (const person of insured(options)) {
        yield `${person}\t${roster.code(person)}\n`;
    }
}

function* employmentRows(options: DatasetOptions): Generator<string, void, undefined> {
    const careers = careersOf(options);
    const businesses = businessesOf(options);
    for (const person of insured(options)) {
        let text = "";
        for (const { from, to, business, coefficient } of careers.employments(person)) {
            text += `${person}\t${isoDate(from)}\t${day(to)}\t${businesses.code(business)}\t${coefficient}\n`;
        }
        yield text;
    }
}

function* pensionRows(options: DatasetOptions): Generator<string, void, undefined> {
    const careers = careersOf(options);
    for (const person of insured(options)) {
        const pension = careers.pension(person);
        if (pension !== undefined) {
            yield `${person}\t${isoDate(pension.granted)}\t${day(pension.ended)}\t${pension.serviceDays}\n`;
        }
    }
}

/** The payments to everybody who had a pension when the month began. */
function* paymentRows(options: DatasetOptions): Generator<string, void, undefined> {
    const careers = careersOf(options);
    for (const person of insured(options)) {
        const pension = careers.pension(person);
        for (const month of pension === undefined ? [] : MONTHS) {
            if (pension !== undefined && pension.granted <= month && pension.ended > month) {
                const rate = RATES.findLast(({ from }) => from <= month) as Rate;
                yield `${person}\t${isoDate(month)}\t${euros(monthly(pension, careers.employments(person), rate))}\n`;
            }
        }
    }
}
