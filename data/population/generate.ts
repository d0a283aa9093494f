/**
 * The rows of the register, table by table.
 *
 * Each table is a pass of its own over the same families: simulating them again is cheaper than keeping them, so memory
 * does not grow with the nation. The same seed and number of people give the same bytes.
 */
import type { DatasetOptions, RegistryData } from "../registry-data";
import { AS_OF, NEVER, YEAR, isoDate } from "../shared/calendar";
import { personalCode } from "../shared/personal-code";
import { Random } from "../shared/random";
import { day, optional } from "../shared/text";
import { Addresses } from "./addresses";
import { type Couple, type Family, NONE, type Person, families } from "./family";
import { CULTURES, drawGivenName, writeSurname } from "./names";
import { Residences } from "./residences";
import { serialNumbers } from "./serial-numbers";

export const population: RegistryData = {
    generator: 1,
    bytesPerPerson: 277,
    references: [],
    question: {
        tells: "who lived with a person on a day, and how they are related",
        subject: { table: "person", column: "personal_code", example: "death_date IS NULL" },
    },
    tables: {
        address: {
            columns: "address_id, county, municipality, settlement, street, house_number, apartment, postal_code",
            rows: addressRows,
        },
        person: {
            columns:
                "person_id, personal_code, given_name, surname, birth_surname, sex, birth_date, death_date, citizenship, mother_tongue",
            rows: personRows,
        },
        residence: { columns: "person_id, valid_from, valid_to, address_id", rows: residenceRows },
        parentage: { columns: "child_id, parent_id, kind", rows: parentageRows },
        marriage: { columns: "marriage_id, wife_id, husband_id, married_on, ended_on, end_reason", rows: marriageRows },
        vital_record: { columns: "act_number, person_id, kind, occurred_on, registered_on", rows: vitalRecordRows },
    },
};

function* addressRows({ seed, people }: DatasetOptions): Generator<string, void, undefined> {
    const addresses = new Addresses(seed, people);
    for (let id = 1; id <= addresses.count; id++) {
        const { municipality, settlement, street, house, apartment, postalCode } = addresses.at(id);
        yield `${id}\t${municipality.county}\t${municipality.name}\t${optional(settlement)}\t${optional(street)}\t${house}\t${optional(apartment)}\t${postalCode}\n`;
    }
}

function* personRows({ seed, people }: DatasetOptions): Generator<string, void, undefined> {
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

function* residenceRows({ seed, people }: DatasetOptions): Generator<string, void, undefined> {
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

function* parentageRows({ seed, people }: DatasetOptions): Generator<string, void, undefined> {
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

function* marriageRows({ seed, people }: DatasetOptions): Generator<string, void, undefined> {
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

function* vitalRecordRows({ seed, people }: DatasetOptions): Generator<string, void, undefined> {
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
