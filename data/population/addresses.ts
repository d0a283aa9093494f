/** Dwellings: which there are, and which of them lie in the same municipality. */
import { MUNICIPALITIES, type Municipality, STREETS, VILLAGES } from "./places";
import { Spread } from "./spread";
import { Random } from "../shared/random";

/** A block of flats has as many dwellings as a run of houses, so that a number alone says where a dwelling is. */
const PLOT = 12;
const DWELLINGS_PER_PERSON = 0.6;

export interface Address {
    readonly municipality: Municipality;
    readonly settlement: string | undefined;
    readonly street: string | undefined;
    readonly house: number;
    readonly apartment: number | undefined;
    readonly postalCode: number;
}

/** The dwellings of a register of so many people, numbered from 1, municipality by municipality. */
export class Addresses {
    private readonly spread: Spread;
    private readonly random = new Random();

    constructor(
        private readonly seed: number,
        people: number,
    ) {
        this.spread = new Spread(Math.ceil(people * DWELLINGS_PER_PERSON));
    }

    get count(): number {
        return this.spread.count;
    }

    at(id: number): Address {
        const index = this.spread.municipalityOf(id);
        const municipality = MUNICIPALITIES[index] as Municipality;
        const plot = Math.floor((id - this.spread.start(index)) / PLOT);
        const place = (id - this.spread.start(index)) % PLOT;
        this.random.restart(this.seed, 2, index * 100_000 + plot);
        const hasFlats = this.random.chance(municipality.town ? 0.75 : 0.2);
        const names = municipality.town ? STREETS : VILLAGES;
        const name = names[plot % names.length];
        const first = Math.floor(plot / names.length) * PLOT + 1;
        return {
            municipality,
            settlement: municipality.town ? undefined : name,
            street: municipality.town ? name : undefined,
            house: hasFlats ? first : first + place,
            apartment: hasFlats ? place + 1 : undefined,
            postalCode: 10_000 + index * 1000 + (plot % 1000),
        };
    }

    any(random: Random): number {
        return random.between(1, this.count);
    }

    /** Another dwelling, as people find one: half of them in the same municipality. */
    after(id: number, random: Random): number {
        if (random.chance(0.5)) {
            return this.any(random);
        }
        const index = this.spread.municipalityOf(id);
        return random.between(this.spread.start(index), this.spread.start(index + 1) - 1);
    }
}
