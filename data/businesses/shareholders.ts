/** Who held which part of a company from when to when. */
import type { DatasetOptions } from "../registry-data";
import { AS_OF, NEVER } from "../shared/calendar";
import { Random } from "../shared/random";
import { NOBODY, type Parties, type Party, partiesOf } from "./parties";

export interface Holding {
    readonly owner: Party;
    /** Cents. */
    readonly nominal: number;
    readonly acquired: number;
    /** `NEVER` where it is still held. */
    readonly disposed: number;
}

/** Cents. */
const LEAST_CAPITAL = 250_000;

export class Shareholders {
    private readonly random = new Random();
    private readonly seed: number;
    private readonly parties: Parties;

    constructor(options: DatasetOptions) {
        this.seed = options.seed;
        this.parties = partiesOf(options);
    }

    /** Capital in cents; 0 for a business without shares. */
    capital(number: number): number {
        const form = this.parties.businesses.form(number);
        return form === "OÜ"
            ? LEAST_CAPITAL * this.random.restart(this.seed, 11, number).one([1, 1, 1, 2, 4, 20])
            : form === "AS"
              ? LEAST_CAPITAL * 10
              : 0;
    }

    /** The holdings of a company. On every day since its founding, those that are held then add up to the whole capital. */
    of(number: number): Holding[] {
        const { random, parties } = this;
        const founded = parties.businesses.founded(number);
        const end = Math.min(parties.businesses.deleted(number), AS_OF);
        const capital = this.capital(number);
        random.restart(this.seed, 12, number);
        const founders = capital === 0 ? 0 : random.between(1, 3);
        const holdings: Holding[] = [];
        for (let founder = 0; founder < founders; founder++) {
            const each = Math.floor(capital / founders);
            const nominal = founder === 0 ? capital - each * (founders - 1) : each;
            let acquired = founded;
            let owner = this.draw(acquired, number);
            for (let sales = 0; sales < 2 && random.chance(0.3); sales++) {
                const sold = acquired + random.between(100, 5000);
                if (sold >= end || owner === NOBODY) {
                    break;
                }
                holdings.push({ owner, nominal, acquired, disposed: sold });
                acquired = sold;
                owner = this.draw(acquired, number);
            }
            if (owner !== NOBODY) {
                holdings.push({ owner, nominal, acquired, disposed: NEVER });
            }
        }
        return holdings;
    }

    /** Only businesses of smaller numbers own one, so that none owns itself through others. */
    private draw(day: number, number: number): Party {
        return this.parties.draw(day, this.random, 0.15, number);
    }
}
