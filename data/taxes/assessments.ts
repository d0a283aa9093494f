/** What persons and businesses owe, year by year. */
import { type Parties, type Party, partiesOf } from "../businesses/parties";
import { ownerOn, parcelsOf } from "../land/parcels";
import { ADULT } from "../population/roster";
import type { DatasetOptions } from "../registry-data";
import { AS_OF, YEAR, dayOf } from "../shared/calendar";
import { Random } from "../shared/random";
import { referenceNumber } from "./reference-number";

export const YEARS = [2023, 2024, 2025] as const;
/** Rates in thousandths of what is taxed, by year. They are made up, and of the right order of magnitude. */
export const RATES = {
    income: [200, 200, 220],
    social: [330, 330, 330],
    "value-added": [200, 220, 220],
    land: [5, 7, 10],
} as const;
export type Kind = keyof typeof RATES;

export interface Assessment {
    readonly payer: Party;
    readonly kind: Kind;
    readonly year: number;
    /** The value is in thousandths. */
    readonly rate: number;
    /** Cents, in whole tens of euros, so that the tax is in whole cents. */
    readonly base: number;
    /** Cents. */
    readonly amount: number;
    readonly due: number;
    /** Number of the parcel that is taxed, or 0. */
    readonly parcel: number;
}

const TEN_EUROS = 1000;
const NEW_YEARS = [...YEARS, 2026].map((year) => dayOf(`${year}-01-01`));
/** The land of a person who died before this day has passed to heirs by the first of the years. */
const FIRST_DEATH = dayOf("2021-01-01");
const PENSION = Math.round(65 * YEAR);

/** Whether the tax authority knows a party. */
export function pays({ roster }: Parties, party: Party): boolean {
    return party < 0 || (roster.birth(party) + ADULT <= AS_OF && roster.death(party) >= FIRST_DEATH);
}

/** Number of a payer: persons first, as the population register has them, then businesses. */
export function payerNumber({ roster }: Parties, party: Party): number {
    return party > 0 ? party : roster.count - party;
}

export function payerReference(payer: number): string {
    return referenceNumber(String(100_000_000 + payer));
}

export function* assessments(options: DatasetOptions): Generator<Assessment, void, undefined> {
    const parties = partiesOf(options);
    const random = new Random();
    for (let person = 1; person <= parties.roster.count; person++) {
        if (pays(parties, person)) {
            yield* ofPerson(parties, person, random.restart(options.seed, 30, person));
        }
    }
    for (let business = 1; business <= parties.businesses.count; business++) {
        yield* ofBusiness(parties, business, random.restart(options.seed, 31, business));
    }
    yield* ofLand(options);
}

function* ofPerson({ roster }: Parties, person: number, random: Random): Generator<Assessment, void, undefined> {
    let income = random.between(700, 4000) * TEN_EUROS;
    for (const [index, year] of YEARS.entries()) {
        const [first, last] = [NEW_YEARS[index] as number, NEW_YEARS[index + 1] as number];
        const works = roster.birth(person) + ADULT <= first && roster.birth(person) + PENSION > last;
        if (works && roster.death(person) > last && random.chance(0.8)) {
            yield assessment(person, "income", index, income, dayOf(`${year + 1}-10-01`));
        }
        income += random.between(0, 200) * TEN_EUROS;
    }
}

function* ofBusiness(
    { businesses }: Parties,
    business: number,
    random: Random,
): Generator<Assessment, void, undefined> {
    let payroll = random.between(500, 30_000) * TEN_EUROS;
    for (const [index, year] of YEARS.entries()) {
        const last = NEW_YEARS[index + 1] as number;
        if (businesses.founded(business) < (NEW_YEARS[index] as number) && businesses.deleted(business) > last) {
            yield assessment(-business, "social", index, payroll, dayOf(`${year + 1}-01-10`));
            yield assessment(-business, "value-added", index, 2 * payroll, dayOf(`${year + 1}-01-20`));
        }
        payroll += random.between(0, 2000) * TEN_EUROS;
    }
}

/** Whoever owns a parcel at the beginning of a year owes for it that year. */
function* ofLand(options: DatasetOptions): Generator<Assessment, void, undefined> {
    const parcels = parcelsOf(options);
    for (let parcel = 1; parcel <= parcels.count; parcel++) {
        const { value } = parcels.at(parcel);
        const deeds = parcels.deeds(parcel);
        for (const [index, year] of YEARS.entries()) {
            const owner = ownerOn(deeds, NEW_YEARS[index] as number);
            if (owner !== 0) {
                yield { ...assessment(owner, "land", index, value, dayOf(`${year}-03-31`)), parcel };
            }
        }
    }
}

function assessment(payer: Party, kind: Kind, index: number, base: number, due: number): Assessment {
    const rate = RATES[kind][index] as number;
    return { payer, kind, year: YEARS[index] as number, rate, base, amount: (base / 1000) * rate, due, parcel: 0 };
}
