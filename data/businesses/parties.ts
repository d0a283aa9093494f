/** Anybody who can own something: a person or a business. */
import { type Roster, rosterOf } from "../population/roster";
import { keepLast } from "../shared/keep-last";
import type { Random } from "../shared/random";
import { type Businesses, businessesOf } from "./directory";

/** A person by number, a business by its number with a minus; 0 is nobody. */
export type Party = number;
export const NOBODY: Party = 0;

export class Parties {
    constructor(
        readonly roster: Roster,
        readonly businesses: Businesses,
    ) {}

    /**
     * Somebody who can acquire on a day; {@link NOBODY} only where nobody is of age.
     *
     * @param share of businesses, from 0 to 1
     * @param below only businesses of smaller numbers
     */
    draw(day: number, random: Random, share: number, below?: number): Party {
        const business = random.chance(share) ? this.businesses.lastingOn(day, random, below) : 0;
        return business === 0 ? this.roster.adultOn(day, random) : -business;
    }

    code(party: Party): string {
        return party > 0 ? this.roster.code(party) : this.businesses.code(-party);
    }

    /** Two columns for COPY: personal code and business code, one of which is null. */
    columns(party: Party): string {
        return party > 0 ? `${this.code(party)}\t\\N` : `\\N\t${this.code(party)}`;
    }
}

export const partiesOf = keepLast((options) => new Parties(rosterOf(options), businessesOf(options)));
