/** Which parcels exist, what they are worth, and who has owned them, by number. */
import { NOBODY, type Parties, type Party, partiesOf } from "../businesses/parties";
import { MUNICIPALITIES } from "../population/places";
import { Spread } from "../population/spread";
import type { DatasetOptions, Target } from "../registry-data";
import { AS_OF, NEVER, dayOf } from "../shared/calendar";
import { keepLast } from "../shared/keep-last";
import { Random } from "../shared/random";
import { MUNICIPALITY_CODES } from "./municipality-codes";

export const CADASTRAL_CODE: Target = { registry: "land", table: "parcel", column: "cadastral_code" };

export interface Parcel {
    readonly municipality: string;
    readonly purpose: (typeof PURPOSES)[number]["purpose"];
    /** Square metres. */
    readonly area: number;
    /** Cents, in whole tens of euros. */
    readonly value: number;
    /** Number of the parcel that it was once a part of, or 0. */
    readonly dividedFrom: number;
}

export interface Deed {
    readonly kind: "restitution" | "sale" | "inheritance" | "division";
    readonly day: number;
    readonly owner: Party;
    /** Cents; 0 where nothing was paid. */
    readonly price: number;
}

const PER_PERSON = 0.4;
const PURPOSES = [
    { purpose: "residential", areas: [600, 4000], cents: 900 },
    { purpose: "agricultural", areas: [10_000, 600_000], cents: 40 },
    { purpose: "commercial", areas: [800, 20_000], cents: 1500 },
    { purpose: "industrial", areas: [2000, 50_000], cents: 500 },
] as const;
/** One parcel in this many is a part of the one before it. */
const DIVISIONS = 8;
const RESTITUTIONS = [dayOf("1992-06-01"), dayOf("2004-12-31")] as const;
const INHERITANCE_WITHIN = 300;

/** Parts of a cadastral code. The district is one that no real parcel is known to be in. */
const FIRST_DISTRICT = 90;
const FIRST_ZONE = 101;
const ZONES = 899;
const PARCELS_IN_ZONE = 999;

export class Parcels {
    private readonly random = new Random();
    private readonly spread: Spread;
    private readonly parties: Parties;
    private readonly seed: number;

    constructor(options: DatasetOptions) {
        this.seed = options.seed;
        this.spread = new Spread(Math.ceil(options.people * PER_PERSON));
        this.parties = partiesOf(options);
    }

    /** Parcels are numbered from 1 to this. */
    get count(): number {
        return this.spread.count;
    }

    /** A code such as 78490:101:0010: municipality and district, zone, parcel. */
    code(number: number): string {
        const municipality = this.spread.municipalityOf(number);
        const place = number - this.spread.start(municipality);
        const zone = Math.floor(place / PARCELS_IN_ZONE);
        const district = FIRST_DISTRICT + Math.floor(zone / ZONES);
        const parcel = String(((place % PARCELS_IN_ZONE) + 1) * 10).padStart(4, "0");
        return `${MUNICIPALITY_CODES[municipality] ?? 0}${district}:${FIRST_ZONE + (zone % ZONES)}:${parcel}`;
    }

    at(number: number): Parcel {
        const random = this.random.restart(this.seed, 20, number);
        const { name, town } = MUNICIPALITIES[this.spread.municipalityOf(number)] as (typeof MUNICIPALITIES)[number];
        const kind = random.chance(town ? 0.7 : 0.4) ? 0 : town ? random.between(2, 3) : random.between(1, 3);
        const { purpose, areas, cents } = PURPOSES[kind] as (typeof PURPOSES)[number];
        const area = random.between(areas[0], areas[1]);
        const value = Math.ceil((area * cents) / 1000) * 1000;
        const dividedFrom = number % DIVISIONS === 0 ? number - 1 : 0;
        return { municipality: name, purpose, area, value, dividedFrom };
    }

    /** The deeds by which it was acquired, one after the other; empty where nobody could acquire it. */
    deeds(number: number): Deed[] {
        const { value, dividedFrom } = this.at(number);
        const before = dividedFrom === 0 ? [] : this.deeds(dividedFrom);
        const random = this.random.restart(this.seed, 21, number);
        const deeds: Deed[] = [];
        let next: Deed = dividedFrom === 0 ? this.restitution(random) : divided(before, random);
        while (next.owner !== NOBODY && next.day < AS_OF) {
            deeds.push(next);
            const sold = next.day + random.between(900, 12_000);
            const death = next.owner > 0 ? this.parties.roster.death(next.owner) : NEVER;
            const inherits = death < sold;
            const day = inherits ? Math.max(death, next.day) + random.between(30, INHERITANCE_WITHIN) : sold;
            next = {
                kind: inherits ? "inheritance" : "sale",
                day,
                owner: this.parties.draw(Math.min(day, AS_OF), random, inherits ? 0 : 0.15),
                price: inherits ? 0 : Math.round((value * random.between(50, 180)) / 10_000) * 100,
            };
        }
        return deeds;
    }

    private restitution(random: Random): Deed {
        const day = random.between(...RESTITUTIONS);
        return { kind: "restitution", day, owner: this.parties.draw(day, random, 0.1), price: 0 };
    }
}

/** The part goes to whoever owns the whole on that day. */
function divided(before: readonly Deed[], random: Random): Deed {
    const day = random.between(dayOf("2005-01-01"), AS_OF - 400);
    return { kind: "division", day, owner: ownerOn(before, day), price: 0 };
}

export function ownerOn(deeds: readonly Deed[], day: number): Party {
    return deeds.findLast((deed) => deed.day <= day)?.owner ?? NOBODY;
}

export const parcelsOf = keepLast((options) => new Parcels(options));
