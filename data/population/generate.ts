/**
 * The rows of the register, table by table, in PostgreSQL's text format for COPY.
 *
 * Each table is a pass of its own over the same families: simulating them again is cheaper than keeping them, so memory
 * does not grow with the nation. The same seed and number of people give the same bytes.
 */
import { Addresses } from "./addresses";
import { AS_OF, NEVER, YEAR, isoDate } from "./calendar";
import { type Couple, type Family, NONE, type Person, families } from "./family";
import { CULTURES, drawGivenName, writeSurname } from "./names";
import { SERIALS, personalCode } from "./personal-code";
import { Random } from "./random";
import { Residences } from "./residences";

/** To be raised with every change of what the same seed gives: a load of other rows is other data. */
export const GENERATOR = 1;
/** Beyond it a day could have more births than there are serial numbers. */
export const MOST_PEOPLE = 10_000_000;
export const NATION = 1_300_000;

export interface PopulationOptions {
    /** 0 to 4294967295 */
    readonly seed: number;
    /** Persons in the register, 1 to {@link MOST_PEOPLE}. */
    readonly people: number;
}

/** In the order in which they are loaded, with the columns of their rows. */
export const TABLES = {
    address: "address_id, county, municipality, settlement, street, house_number, apartment, postal_code",
    person: "person_id, personal_code, given_name, surname, birth_surname, sex, birth_date, death_date, citizenship, mother_tongue",
    residence: "person_id, valid_from, valid_to, address_id",
    parentage: "child_id, parent_id, kind",
    marriage: "marriage_id, wife_id, husband_id, married_on, ended_on, end_reason",
    vital_record: "act_number, person_id, kind, occurred_on, registered_on",
} as const;
export type TableName = keyof typeof TABLES;
export const TABLE_NAMES = Object.keys(TABLES) as TableName[];

/** About one network buffer: few enough writes, and little that waits. */
const CHUNK_CHARACTERS = 64 * 1024;

/** Chunks of whole rows, as UTF-8. */
export function* rows(table: TableName, options: PopulationOptions): Generator<Buffer, void, undefined> {
    let chunk = "";
    for (const text of makers[table](options)) {
        chunk += text;
        if (chunk.length >= CHUNK_CHARACTERS) {
            yield Buffer.from(chunk);
            chunk = "";
        }
    }
    if (chunk !== "") {
        yield Buffer.from(chunk);
    }
}

/** Each yields the text of some rows at a time: a step of a generator for each row would cost as much as the row. */
const makers: Readonly<Record<TableName, (options: PopulationOptions) => Generator<string, void, undefined>>> = {
    address: addressRows,
    person: personRows,
    residence: residenceRows,
    parentage: parentageRows,
    marriage: marriageRows,
    vital_record: vitalRecordRows,
};

function optional(value: string | number | undefined): string | number {
    return value ?? "\\N";
}

function day(value: number): string {
    return value >= AS_OF ? "\\N" : isoDate(value);
}

function* addressRows({ seed, people }: PopulationOptions): Generator<string, void, undefined> {
    const addresses = new Addresses(seed, people);
    for (let id = 1; id <= addresses.count; id++) {
        const { municipality, settlement, street, house, apartment, postalCode } = addresses.at(id);
        yield `${id}\t${municipality.county}\t${municipality.name}\t${optional(settlement)}\t${optional(street)}\t${house}\t${optional(apartment)}\t${postalCode}\n`;
    }
}

function* personRows({ seed, people }: PopulationOptions): Generator<string, void, undefined> {
    const random = new Random();
    const serial = serialNumbers();
    for (const family of families(seed, people)) {
        let text = "";
        for (let i = 0; i < family.size; i++) {
            const person = family.people[i] as Person;
            if (person.id === 0) {
                continue;
            }
            const { id, sex, birth, death, culture } = person;
            random.restart(seed, 5, id);
            const birthDate = isoDate(birth);
            const code = personalCode(sex, birthDate, serial(person));
            const givenName = drawGivenName(culture, sex, birthDate, random);
            const born = writeSurname(culture, person.surname, sex);
            const surname = presentSurname(family, person);
            const citizenship = drawCitizenship(person, random);
            text += `${id}\t${code}\t${givenName}\t${surname}\t${surname === born ? "\\N" : born}\t${sex}\t${birthDate}\t${day(death)}\t${citizenship}\t${CULTURES[culture]}\n`;
        }
        yield text;
    }
}

/** Each sex and day of birth has its own count, which a step of 387, prime to 1000, scatters over the serial numbers. */
function serialNumbers(): (person: Person) => number {
    const counts = new Uint16Array(2 * (AS_OF + 1));
    return ({ sex, birth }) => {
        const slot = 2 * birth + (sex === "M" ? 1 : 0);
        const count = counts[slot] as number;
        if (count >= SERIALS) {
            throw new RangeError(`more than ${SERIALS} births of one sex on ${isoDate(birth)}`);
        }
        counts[slot] = count + 1;
        return (birth * 31 + count * 387) % SERIALS;
    };
}

function presentSurname(family: Family, { couple, culture, surname, sex }: Person): string {
    const pair = couple === NONE ? undefined : (family.couples[couple] as Couple);
    if (pair?.sharesName && sex === "F") {
        const him = family.people[pair.man] as Person;
        return writeSurname(him.culture, him.surname, "F");
    }
    return writeSurname(culture, surname, sex);
}

function drawCitizenship({ culture, birth }: Person, random: Random): string {
    if (culture === 0 || random.chance(birth > AS_OF - 30 * YEAR ? 0.85 : 0.55)) {
        return random.chance(0.99) ? "EST" : random.one(["FIN", "LVA", "DEU", "SWE"]);
    }
    return culture === 2 ? "UKR" : random.chance(0.5) ? "RUS" : "XXA";
}

function* residenceRows({ seed, people }: PopulationOptions): Generator<string, void, undefined> {
    const residences = new Residences(seed, new Addresses(seed, people));
    for (const family of families(seed, people)) {
        residences.enter(family);
        let text = "";
        for (let i = 0; i < family.size; i++) {
            const person = family.people[i] as Person;
            if (person.id !== 0) {
                for (const { from, to, address } of residences.of(person)) {
                    text += `${person.id}\t${isoDate(from)}\t${day(to)}\t${address}\n`;
                }
            }
        }
        yield text;
    }
}

function* parentageRows({ seed, people }: PopulationOptions): Generator<string, void, undefined> {
    const random = new Random();
    for (const family of families(seed, people)) {
        let text = "";
        for (let i = 0; i < family.size; i++) {
            const child = family.people[i] as Person;
            if (child.id === 0 || child.parents === NONE) {
                continue;
            }
            const { woman, man } = family.couples[child.parents] as Couple;
            const kind = random.restart(seed, 6, child.id).chance(0.005) ? "adoption" : "birth";
            for (const parent of [woman, man]) {
                const { id } = family.people[parent] as Person;
                text += id === 0 ? "" : `${child.id}\t${id}\t${kind}\n`;
            }
        }
        yield text;
    }
}

function* marriageRows({ seed, people }: PopulationOptions): Generator<string, void, undefined> {
    let number = 0;
    for (const family of families(seed, people)) {
        let text = "";
        for (let i = 0; i < family.coupleCount; i++) {
            const { woman, man, married, ended, divorced } = family.couples[i] as Couple;
            const [wife, husband] = [(family.people[woman] as Person).id, (family.people[man] as Person).id];
            if (married === NEVER || wife === 0 || husband === 0) {
                continue;
            }
            const reason = ended >= AS_OF ? "\\N" : divorced ? "divorce" : "death";
            text += `${++number}\t${wife}\t${husband}\t${isoDate(married)}\t${day(ended)}\t${reason}\n`;
        }
        yield text;
    }
}

function* vitalRecordRows({ seed, people }: PopulationOptions): Generator<string, void, undefined> {
    const random = new Random();
    let number = 0;
    const act = (id: number, kind: string, occurred: number): string => {
        const registered = Math.min(occurred + random.below(21), AS_OF);
        return `${++number}\t${id}\t${kind}\t${isoDate(occurred)}\t${isoDate(registered)}\n`;
    };
    for (const family of families(seed, people)) {
        let text = "";
        for (let i = 0; i < family.size; i++) {
            const { id, birth, death, couple, sex } = family.people[i] as Person;
            if (id === 0) {
                continue;
            }
            random.restart(seed, 7, id);
            text += act(id, "birth", birth);
            const pair = couple === NONE ? undefined : family.couples[couple];
            if (sex === "F" && pair?.sharesName) {
                text += act(id, "name-change", pair.married);
            }
            text += death === NEVER ? "" : act(id, "death", death);
        }
        yield text;
    }
}
