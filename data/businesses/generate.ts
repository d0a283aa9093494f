/** The rows of the business register. */
import { PERSONAL_CODE, rosterOf } from "../population/roster";
import type { DatasetOptions, RegistryData } from "../registry-data";
import { AS_OF, isoDate } from "../shared/calendar";
import { Random } from "../shared/random";
import { day, euros } from "../shared/text";
import { businessesOf } from "./directory";
import { partiesOf } from "./parties";
import { Shareholders } from "./shareholders";

/** Sections of NACE, the European classification of activities. */
const SECTIONS = Array.from("ACFGHIJLMNPQRS");

export const businesses: RegistryData = {
    generator: 1,
    bytesPerPerson: 26,
    references: [
        { table: "holding", column: "owner_personal_code", to: PERSONAL_CODE },
        { table: "board_member", column: "personal_code", to: PERSONAL_CODE },
    ],
    question: {
        tells: "which persons owned a business on a day, be it through other businesses, and which share of it",
        subject: { table: "holding", column: "business_code", example: "owner_business_code IS NOT NULL" },
    },
    tables: {
        business: {
            columns: "business_code, name, legal_form, activity, founded_on, deleted_on, capital",
            rows: businessRows,
        },
        holding: {
            columns:
                "business_code, number, owner_personal_code, owner_business_code, nominal, acquired_on, disposed_on",
            rows: holdingRows,
        },
        board_member: { columns: "business_code, number, personal_code, elected_on, left_on", rows: boardMemberRows },
    },
};

function* businessRows(options: DatasetOptions): Generator<string, void, undefined> {
    const random = new Random();
    const all = businessesOf(options);
    const shareholders = new Shareholders(options);
    for (let number = 1; number <= all.count; number++) {
        const form = all.form(number);
        const capital = shareholders.capital(number);
        const section = random.restart(options.seed, 13, number).skewed(SECTIONS);
        yield `${all.code(number)}\tNäidisettevõte ${number} ${form}\t${form}\t${section}\t${isoDate(all.founded(number))}\t${day(all.deleted(number))}\t${capital === 0 ? "\\N" : euros(capital)}\n`;
    }
}

function* holdingRows(options: DatasetOptions): Generator<string, void, undefined> {
    const all = businessesOf(options);
    const parties = partiesOf(options);
    const shareholders = new Shareholders(options);
    for (let number = 1; number <= all.count; number++) {
        let text = "";
        let holding = 0;
        for (const { owner, nominal, acquired, disposed } of shareholders.of(number)) {
            text += `${all.code(number)}\t${++holding}\t${parties.columns(owner)}\t${euros(nominal)}\t${isoDate(acquired)}\t${day(disposed)}\n`;
        }
        yield text;
    }
}

function* boardMemberRows(options: DatasetOptions): Generator<string, void, undefined> {
    const random = new Random();
    const all = businessesOf(options);
    const roster = rosterOf(options);
    for (let number = 1; number <= all.count; number++) {
        random.restart(options.seed, 14, number);
        const end = Math.min(all.deleted(number), AS_OF);
        let text = "";
        let elected = all.founded(number);
        for (let member = 1; elected < end; member++) {
            const person = roster.adultOn(elected, random);
            if (person === 0) {
                break;
            }
            const left = Math.min(elected + random.between(700, 7000), roster.death(person), end);
            text += `${all.code(number)}\t${member}\t${roster.code(person)}\t${isoDate(elected)}\t${day(left)}\n`;
            elected = left;
        }
        yield text;
    }
}
