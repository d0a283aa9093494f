/** Who worked where from when to when, when their pension began, and what it comes to. */
import { type Businesses, businessesOf } from "../businesses/directory";
import { ADULT, type Roster, rosterOf } from "../population/roster";
import type { DatasetOptions } from "../registry-data";
import { AS_OF, NEVER, YEAR, dayOf } from "../shared/calendar";
import { keepLast } from "../shared/keep-last";
import { Random } from "../shared/random";

export interface Employment {
    readonly from: number;
    /** `NEVER` where it goes on. */
    readonly to: number;
    /** Number of the employer. */
    readonly business: number;
    /** Contributions as compared to the average, in thousandths. */
    readonly coefficient: number;
}

export interface Pension {
    readonly granted: number;
    /** `NEVER` where it is paid. */
    readonly ended: number;
    /** Days of work before contributions were recorded by person. */
    readonly serviceDays: number;
}

export interface Rate {
    readonly from: number;
    readonly to: number;
    /** Cents a month. */
    readonly base: number;
    /** Cents a month for a year of average contributions. */
    readonly year: number;
}

/** Contributions are recorded by person since then. */
const RECORDS_SINCE = dayOf("1999-01-01");
const PENSION_AGE = Math.round(64 * YEAR);

/** Made-up rates of the right order of magnitude; they rise each first of April. */
export const RATES: readonly Rate[] = Array.from({ length: 11 }, (_, index) => ({
    from: dayOf(`${2015 + index}-04-01`),
    to: index === 10 ? NEVER : dayOf(`${2016 + index}-04-01`),
    base: 14_500 + 1900 * index,
    year: 520 + 43 * index,
}));

export class Careers {
    private readonly roster: Roster;
    private readonly businesses: Businesses;
    private readonly seed: number;
    private readonly random = new Random();

    constructor(options: DatasetOptions) {
        this.seed = options.seed;
        this.roster = rosterOf(options);
        this.businesses = businessesOf(options);
    }

    /** Whether a person is of age, and lived when contributions began to be recorded. */
    isInsured(person: number): boolean {
        return this.roster.birth(person) + ADULT < AS_OF && this.roster.death(person) > RECORDS_SINCE;
    }

    /** Employments, one after the other. */
    employments(person: number): Employment[] {
        const random = this.random.restart(this.seed, 50, person);
        const birth = this.roster.birth(person);
        const end = Math.min(birth + PENSION_AGE, this.roster.death(person));
        const employments: Employment[] = [];
        let from = Math.max(birth + ADULT + random.between(0, 2500), RECORDS_SINCE);
        while (from < Math.min(end, AS_OF)) {
            const business = this.businesses.lastingOn(from, random);
            const until = Math.min(from + random.between(300, 6000), end);
            if (business !== 0) {
                const to = until < AS_OF ? until : NEVER;
                employments.push({ from, to, business, coefficient: random.between(200, 2500) });
            }
            from = until + random.between(0, 700);
        }
        return employments;
    }

    pension(person: number): Pension | undefined {
        const [birth, death] = [this.roster.birth(person), this.roster.death(person)];
        const granted = Math.max(birth + PENSION_AGE, RECORDS_SINCE);
        if (granted >= Math.min(death, AS_OF)) {
            return undefined;
        }
        const serviceDays = Math.max(
            0,
            RECORDS_SINCE - (birth + ADULT) - this.random.restart(this.seed, 51, person).between(0, 5000),
        );
        return { granted, ended: death, serviceDays: Math.min(serviceDays, 40 * 365) };
    }
}

export const careersOf = keepLast((options) => new Careers(options));

/** Cents a month: a base, and for each year of service or of contributions what a year is worth. */
export function monthly(pension: Pension, employments: readonly Employment[], rate: Rate): number {
    const points = employments.reduce(
        (sum, { from, to, coefficient }) => sum + (Math.min(to, pension.granted) - from) * coefficient,
        pension.serviceDays * 1000,
    );
    return rate.base + Math.floor((points * rate.year) / 365_250);
}
