/**
 * A family over some generations: who was born when, to whom, who lived with whom, and when they died. All of it follows
 * from the seed and the family's number. Names, addresses and documents are made later, by what needs them.
 */
import { AS_OF, NEVER, REGISTER_START, YEAR, dayOf } from "../shared/calendar";
import { type Culture, drawSurname } from "./names";
import type { Sex } from "../shared/personal-code";
import { Random } from "../shared/random";

/** Stands for no couple and for no person. */
export const NONE = -1;

const GENERATIONS = 4;
const ADULT = Math.round(18 * YEAR);

/**
 * Founders' years of birth and how frequent each is. With the children that they have, the living make the age pyramid:
 * about as many in each year of age from 30 to 65, fewer who are younger, ever fewer who are older.
 */
const FOUNDERS = [
    { from: 1912, to: 1949, weight: 6 },
    { from: 1950, to: 1977, weight: 2.8 },
    { from: 1978, to: 2004, weight: 1 },
].map(({ from, to, weight }) => ({ from, to, total: (to - from + 1) * weight }));
const FOUNDERS_TOTAL = FOUNDERS.reduce((sum, { total }) => sum + total, 0);
/** How many of 100 couples have 0, 1, 2 … children. */
const CHILDREN = [14, 26, 40, 14, 4, 2];

export interface Person {
    /** Position in the register from 1, or 0 for a person who is not in it. */
    id: number;
    sex: Sex;
    birth: number;
    /** {@link NEVER} for the living. */
    death: number;
    /** The couple that the person is a child of, or {@link NONE}. */
    parents: number;
    /** The couple that the person is half of, or {@link NONE}. */
    couple: number;
    /** When the person leaves the parents' home. */
    leaves: number;
    culture: Culture;
    /** The surname at birth; see `writeSurname`. */
    surname: number;
}

export interface Couple {
    woman: number;
    man: number;
    /** When they move in together. */
    formed: number;
    /** {@link NEVER} for the unmarried. */
    married: number;
    /** When it ended by divorce or by the first death, or {@link NEVER}. */
    ended: number;
    divorced: boolean;
    /** Whether the woman took the man's surname. */
    sharesName: boolean;
}

/** Days lived, by sex: 1,024 equally frequent lives after Gompertz's law, with medians near 84 and 76 years. */
const LIVES: Readonly<Record<Sex, Int32Array>> = { F: lives(2.25e-5), M: lives(4.8e-5) };

function lives(level: number): Int32Array {
    const slope = 0.095;
    return Int32Array.from({ length: 1024 }, (_, i) =>
        Math.round((Math.log(1 - (Math.log((i + 0.5) / 1024) * slope) / level) / slope) * YEAR),
    );
}

export class Family {
    readonly people: Person[] = [];
    readonly couples: Couple[] = [];
    /** How much of the two arrays belongs to this family; the rest is room for larger ones. */
    size = 0;
    coupleCount = 0;
    number = 0;
    private readonly random = new Random();

    constructor(private readonly seed: number) {}

    /** Turns this object into the family of that number. */
    become(number: number): void {
        const { random } = this;
        random.restart(this.seed, 1, number);
        this.number = number;
        this.size = 0;
        this.coupleCount = 0;
        const culture: Culture = random.chance(0.7) ? 0 : random.chance(0.85) ? 1 : 2;
        const birth = this.founderBirth();
        const founder = this.add(random.chance(0.5) ? "F" : "M", birth, NONE, culture, drawSurname(culture, random));
        if (!random.chance(0.1)) {
            this.settle(founder, 1);
        }
    }

    private founderBirth(): number {
        let share = (this.random.below(1_000_000) / 1_000_000) * FOUNDERS_TOTAL;
        const era = FOUNDERS.find(({ total }) => (share -= total) < 0) ?? { from: 1912, to: 1949 };
        return this.random.between(dayOf(`${era.from}-01-01`), dayOf(`${era.to}-12-31`));
    }

    private add(sex: Sex, birth: number, parents: number, culture: Culture, surname: number): number {
        const index = this.size++;
        const life = LIVES[sex][this.random.below(1024)] as number;
        const end = birth + life + this.random.below(300);
        const person = (this.people[index] ??= {} as Person);
        person.id = 0;
        person.sex = sex;
        person.birth = birth;
        person.death = end < AS_OF ? end : NEVER;
        person.parents = parents;
        person.couple = NONE;
        person.leaves = birth + ADULT + this.random.below(8 * 365);
        person.culture = culture;
        person.surname = surname;
        return index;
    }

    /** Finds somebody a partner from outside the family, if there is time, and lets them have children. */
    private settle(index: number, generation: number): void {
        const { random } = this;
        const one = this.people[index] as Person;
        const older = one.sex === "F" ? 1 : -1;
        const birth = one.birth - older * random.between(-1000, 2200);
        const formed = Math.max(one.birth, birth) + ADULT + random.between(300, 4000);
        if (formed >= AS_OF || one.death <= formed || birth < 0) {
            return;
        }
        const culture = random.chance(0.9) ? one.culture : (((one.culture + 1) % 3) as Culture);
        const other = this.add(one.sex === "F" ? "M" : "F", birth, NONE, culture, drawSurname(culture, random));
        const partner = this.people[other] as Person;
        if (partner.death <= formed) {
            // A partner who was found was alive then.
            const end = formed + random.between(1, 12_000);
            partner.death = end < AS_OF ? end : NEVER;
        }
        const number = this.pair(one.sex === "F" ? index : other, one.sex === "F" ? other : index, formed);
        this.haveChildren(number, generation);
    }

    private pair(woman: number, man: number, formed: number): number {
        const { random } = this;
        const [her, him] = [this.people[woman] as Person, this.people[man] as Person];
        const number = this.coupleCount++;
        const couple = (this.couples[number] ??= {} as Couple);
        const parting = random.chance(0.3) ? formed + random.between(400, 9000) : NEVER;
        const death = Math.min(her.death, him.death);
        couple.woman = woman;
        couple.man = man;
        couple.formed = formed;
        couple.divorced = parting < death && parting < AS_OF;
        couple.ended = couple.divorced ? parting : death;
        const wedding = formed + random.below(1400);
        couple.married = random.chance(0.75) && wedding < Math.min(couple.ended, AS_OF) ? wedding : NEVER;
        couple.sharesName = couple.married !== NEVER && random.chance(0.75);
        her.couple = number;
        him.couple = number;
        her.leaves = Math.min(her.leaves, formed);
        him.leaves = Math.min(him.leaves, formed);
        return number;
    }

    private haveChildren(number: number, generation: number): void {
        const { random } = this;
        const couple = this.couples[number] as Couple;
        const [her, him] = [this.people[couple.woman] as Person, this.people[couple.man] as Person];
        const first = this.size;
        const last = Math.min(couple.ended, AS_OF, Math.round(her.birth + 45 * YEAR));
        let birth = couple.formed + random.between(200, 1500);
        for (let wanted = this.wantedChildren(); wanted > 0 && birth < last; wanted--) {
            this.add(random.chance(0.513) ? "M" : "F", birth, number, him.culture, him.surname);
            birth += random.between(420, 1900);
        }
        const end = this.size;
        for (let child = first; child < end && generation < GENERATIONS; child++) {
            if (random.chance(0.5)) {
                this.settle(child, generation + 1);
            }
        }
    }

    private wantedChildren(): number {
        let share = this.random.below(100);
        return CHILDREN.findIndex((frequency) => (share -= frequency) < 0);
    }
}

/**
 * The families of a register with exactly `people` persons, numbered in order, parents before their children.
 *
 * The one object that it yields becomes the next family with the next step: a nation takes no more memory than a family.
 */
export function* families(seed: number, people: number): Generator<Family, void, undefined> {
    const family = new Family(seed);
    let id = 0;
    for (let number = 0; id < people; number++) {
        family.become(number);
        for (let i = 0; i < family.size; i++) {
            const person = family.people[i] as Person;
            // The last family is cut where the register is full: children come last, so that none loses its parents.
            person.id = person.death >= REGISTER_START && id < people ? ++id : 0;
        }
        yield family;
    }
}
