/** Where a person lived from when to when: with the parents, alone, with a partner. */
import type { Addresses } from "./addresses";
import { AS_OF, NEVER, REGISTER_START, YEAR } from "../shared/calendar";
import { type Couple, type Family, NONE, type Person } from "./family";
import { Random } from "../shared/random";

export interface Stay {
    from: number;
    /** {@link NEVER} where the stay goes on. */
    to: number;
    address: number;
}

interface Home {
    readonly since: number;
    readonly address: number;
}

const EMIGRANTS = 0.03;

export class Residences {
    private readonly random = new Random();
    private family: Family | undefined;
    private homes: Home[][] = [];
    private stays: Stay[] = [];

    constructor(
        private readonly seed: number,
        private readonly addresses: Addresses,
    ) {}

    /** Moves a family in; {@link of} is then about its members. */
    enter(family: Family): void {
        this.family = family;
        this.homes = [];
        for (let number = 0; number < family.coupleCount; number++) {
            this.homes.push(this.drawHomes((family.couples[number] as Couple).formed, family.number, number));
        }
    }

    /** Stays that follow one another in time; none begins before the register, and none after death. */
    of(person: Person): readonly Stay[] {
        this.stays = [];
        const random = this.random.restart(this.seed, 4, person.id);
        const end = Math.min(person.death, this.emigration(person, random));
        const own = this.addresses.any(random);
        const couple = person.couple === NONE ? undefined : this.family?.couples[person.couple];
        const formed = couple?.formed ?? NEVER;
        if (person.parents === NONE) {
            this.stay(person.birth, Math.min(formed, end), own);
        } else {
            this.follow(person.parents, person.birth, Math.min(person.leaves, end));
            this.stay(person.leaves, Math.min(formed, end), own);
        }
        if (couple) {
            // After a divorce she keeps the home, with the children in it.
            const parts = couple.divorced && person.sex === "M" ? couple.ended : NEVER;
            this.follow(person.couple, formed, Math.min(parts, end));
            this.stay(parts, end, this.addresses.after(own, random));
        }
        return this.stays;
    }

    private drawHomes(formed: number, family: number, number: number): Home[] {
        const random = this.random.restart(this.seed, 3, family * 64 + number);
        const homes = [{ since: formed, address: this.addresses.any(random) }];
        for (let since = formed; homes.length < 5;) {
            since += random.between(500, 9000);
            if (since >= AS_OF) {
                break;
            }
            homes.push({ since, address: this.addresses.after((homes.at(-1) as Home).address, random) });
        }
        return homes;
    }

    private emigration(person: Person, random: Random): number {
        const from = Math.max(REGISTER_START, Math.round(person.birth + 20 * YEAR));
        return random.chance(EMIGRANTS) && from < AS_OF ? random.between(from + 1, AS_OF) : NEVER;
    }

    private follow(couple: number, from: number, to: number): void {
        const homes = this.homes[couple] ?? [];
        homes.forEach(({ since, address }, index) =>
            this.stay(Math.max(since, from), Math.min(homes[index + 1]?.since ?? NEVER, to), address),
        );
    }

    private stay(from: number, to: number, address: number): void {
        const start = Math.max(from, REGISTER_START);
        if (start >= AS_OF || start >= to) {
            return;
        }
        const until = to >= AS_OF ? NEVER : to;
        const last = this.stays.at(-1);
        if (last?.address === address && last.to === start) {
            last.to = until;
        } else {
            this.stays.push({ from: start, to: until, address });
        }
    }
}
