/** The rows of the tax register. */
import { BUSINESS_CODE } from "../businesses/directory";
import { type Parties, type Party, partiesOf } from "../businesses/parties";
import { CADASTRAL_CODE, parcelsOf } from "../land/parcels";
import { Acts, RT_ID } from "../legislation/acts";
import { PERSONAL_CODE } from "../population/roster";
import type { DatasetOptions, RegistryData } from "../registry-data";
import { AS_OF, dayOf, isoDate } from "../shared/calendar";
import { Random } from "../shared/random";
import { euros } from "../shared/text";
import { RATES, YEARS, assessments, payerNumber, payerReference, pays } from "./assessments";

export const taxes: RegistryData = {
    generator: 1,
    bytesPerPerson: 295,
    references: [
        { table: "payer", column: "personal_code", to: PERSONAL_CODE },
        { table: "payer", column: "business_code", to: BUSINESS_CODE },
        { table: "assessment", column: "cadastral_code", to: CADASTRAL_CODE },
        { table: "tax_rate", column: "legal_basis", to: RT_ID },
    ],
    question: {
        tells: "what was due from a person or business and paid by a day, year by year, and the balance",
        subject: {
            table: "payer",
            column: "code",
            example: "business_code IS NOT NULL AND reference_number IN (SELECT reference_number FROM taxes.payment)",
        },
    },
    tables: {
        tax_rate: { columns: "kind, year, rate, legal_basis", rows: rateRows },
        payer: { columns: "payer_id, personal_code, business_code, reference_number", rows: payerRows },
        assessment: {
            columns: "assessment_id, payer_id, kind, year, rate, cadastral_code, base, amount, due_on",
            rows: assessmentRows,
        },
        payment: { columns: "payment_id, reference_number, received_on, amount", rows: paymentRows },
    },
};

function* rateRows(options: DatasetOptions): Generator<string, void, undefined> {
    const acts = new Acts(options);
    for (const [number, [kind, rates]] of Object.entries(RATES).entries()) {
        for (const [index, rate] of rates.entries()) {
            const year = YEARS[index] as number;
            yield `${kind}\t${year}\t${rate}\t${acts.basis(number, dayOf(`${year}-01-01`)).id}\n`;
        }
    }
}

function* payerRows(options: DatasetOptions): Generator<string, void, undefined> {
    const parties = partiesOf(options);
    for (let person = 1; person <= parties.roster.count; person++) {
        if (pays(parties, person)) {
            yield payerRow(parties, person);
        }
    }
    for (let business = 1; business <= parties.businesses.count; business++) {
        yield payerRow(parties, -business);
    }
}

function payerRow(parties: Parties, party: Party): string {
    const payer = payerNumber(parties, party);
    return `${payer}\t${parties.columns(party)}\t${payerReference(payer)}\n`;
}

function* assessmentRows(options: DatasetOptions): Generator<string, void, undefined> {
    const parties = partiesOf(options);
    const parcels = parcelsOf(options);
    let number = 0;
    for (const { payer, kind, year, rate, base, amount, due, parcel } of assessments(options)) {
        const code = parcel === 0 ? "\\N" : parcels.code(parcel);
        yield `${++number}\t${payerNumber(parties, payer)}\t${kind}\t${year}\t${rate}\t${code}\t${euros(base)}\t${euros(amount)}\t${isoDate(due)}\n`;
    }
}

/** A payment names nobody and nothing but the payer's reference number, as on a bank's statement. */
function* paymentRows(options: DatasetOptions): Generator<string, void, undefined> {
    const parties = partiesOf(options);
    const random = new Random();
    let [number, payment] = [0, 0];
    for (const { payer, amount, due } of assessments(options)) {
        random.restart(options.seed, 32, ++number);
        const paid = random.chance(0.94) ? amount : random.chance(0.5) ? Math.floor(amount / 2) : 0;
        const received = due - random.between(0, 20);
        if (paid > 0 && received < AS_OF) {
            const reference = payerReference(payerNumber(parties, payer));
            yield `${++payment}\t${reference}\t${isoDate(received)}\t${euros(paid)}\n`;
        }
    }
}
