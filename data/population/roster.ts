/** Everybody in the population register, as the other registries know them: code, birth and death, by number. */
import type { DatasetOptions, Target } from "../registry-data";
import { YEAR, isoDate } from "../shared/calendar";
import { keepLast } from "../shared/keep-last";
import { personalCode } from "../shared/personal-code";
import type { Random } from "../shared/random";
import { families } from "./family";
import { serialNumbers } from "./serial-numbers";

export const PERSONAL_CODE: Target = { registry: "population", table: "person", column: "personal_code" };

export const ADULT = Math.round(18 * YEAR);

/** 16 bytes a person: 21 MB for the nation. */
export class Roster {
    /** Eleven digits are a whole number that a double holds exactly; none begins with 0. */
    private readonly codes: Float64Array;
    private readonly births: Int32Array;
    private readonly deaths: Int32Array;

    constructor({ seed, people }: DatasetOptions) {
        this.codes = new Float64Array(people + 1);
        this.births = new Int32Array(people + 1);
        this.deaths = new Int32Array(people + 1);
        const serial = serialNumbers();
        for (const family of families(seed, people)) {
            for (const person of family.people.slice(0, family.size)) {
                const { id, sex, birth, death } = person;
                if (id !== 0) {
                    this.codes[id] = Number(personalCode(sex, isoDate(birth), serial(person)));
                    this.births[id] = birth;
                    this.deaths[id] = death;
                }
            }
        }
    }

    /** Persons are numbered from 1 to this. */
    get count(): number {
        return this.codes.length - 1;
    }

    code(id: number): string {
        return String(this.codes[id]);
    }

    birth(id: number): number {
        return this.births[id] as number;
    }

    /** `NEVER` for the living. */
    death(id: number): number {
        return this.deaths[id] as number;
    }

    /** Somebody who is of age on a day, and alive; 0 where there is nobody. */
    adultOn(day: number, random: Random): number {
        const { count } = this;
        const first = random.below(count);
        for (let step = 0; step < count; step++) {
            const id = 1 + ((first + step) % count);
            if (this.birth(id) + ADULT <= day && this.death(id) > day) {
                return id;
            }
        }
        return 0;
    }
}

export const rosterOf = keepLast((options) => new Roster(options));
