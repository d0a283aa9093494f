/** The rows of the land register. */
import { BUSINESS_CODE } from "../businesses/directory";
import { partiesOf } from "../businesses/parties";
import { PERSONAL_CODE } from "../population/roster";
import type { DatasetOptions, RegistryData } from "../registry-data";
import { isoDate } from "../shared/calendar";
import { Random } from "../shared/random";
import { day, euros } from "../shared/text";
import { CADASTRAL_CODE, parcelsOf } from "./parcels";

export const land: RegistryData = {
    generator: 1,
    bytesPerPerson: 93,
    references: [
        { table: "ownership", column: "personal_code", to: PERSONAL_CODE },
        { table: "ownership", column: "business_code", to: BUSINESS_CODE },
        { table: "mortgage", column: "creditor_business_code", to: BUSINESS_CODE },
    ],
    question: {
        tells: "the chain of ownership of a parcel up to a day, through the parcels that it was once a part of",
        subject: { ...CADASTRAL_CODE, example: "divided_from IS NOT NULL" },
    },
    tables: {
        parcel: {
            columns: "cadastral_code, municipality, purpose, area, taxable_value, divided_from",
            rows: parcelRows,
        },
        ownership: {
            columns: "deed_number, cadastral_code, kind, acquired_on, price, personal_code, business_code, ended_by",
            rows: ownershipRows,
        },
        mortgage: {
            columns: "mortgage_number, cadastral_code, creditor_business_code, amount, registered_on, released_on",
            rows: mortgageRows,
        },
    },
};

function* parcelRows(options: DatasetOptions): Generator<string, void, undefined> {
    const parcels = parcelsOf(options);
    for (let number = 1; number <= parcels.count; number++) {
        const { municipality, purpose, area, value, dividedFrom } = parcels.at(number);
        const whole = dividedFrom === 0 ? "\\N" : parcels.code(dividedFrom);
        yield `${parcels.code(number)}\t${municipality}\t${purpose}\t${area}\t${euros(value)}\t${whole}\n`;
    }
}

function* ownershipRows(options: DatasetOptions): Generator<string, void, undefined> {
    const parcels = parcelsOf(options);
    const parties = partiesOf(options);
    let deedNumber = 0;
    for (let number = 1; number <= parcels.count; number++) {
        const code = parcels.code(number);
        const deeds = parcels.deeds(number);
        yield deeds
            .map(({ kind, day: acquired, owner, price }, index) => {
                deedNumber++;
                const endedBy = index + 1 < deeds.length ? deedNumber + 1 : "\\N";
                return `${deedNumber}\t${code}\t${kind}\t${isoDate(acquired)}\t${price === 0 ? "\\N" : euros(price)}\t${parties.columns(owner)}\t${endedBy}\n`;
            })
            .join("");
    }
}

function* mortgageRows(options: DatasetOptions): Generator<string, void, undefined> {
    const parcels = parcelsOf(options);
    const { businesses } = partiesOf(options);
    const random = new Random();
    let mortgageNumber = 0;
    for (let number = 1; number <= parcels.count; number++) {
        const sale = parcels.deeds(number).findLast(({ kind }) => kind === "sale");
        if (sale === undefined || !random.restart(options.seed, 22, number).chance(0.5)) {
            continue;
        }
        const creditor = businesses.lastingOn(sale.day, random);
        if (creditor !== 0) {
            const released = sale.day + random.between(1000, 11_000);
            const amount = euros(Math.floor(sale.price * 0.8));
            yield `${++mortgageNumber}\t${parcels.code(number)}\t${businesses.code(creditor)}\t${amount}\t${isoDate(sale.day)}\t${day(released)}\n`;
        }
    }
}
