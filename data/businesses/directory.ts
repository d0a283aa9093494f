/** Which businesses exist, as the other registries know them: code, founding and deletion, by number. */
import type { DatasetOptions, Target } from "../registry-data";
import { AS_OF, NEVER, dayOf } from "../shared/calendar";
import { keepLast } from "../shared/keep-last";
import { checkDigit } from "../shared/personal-code";
import { Random } from "../shared/random";

export const BUSINESS_CODE: Target = { registry: "businesses", table: "business", column: "business_code" };

export type LegalForm = "OÜ" | "AS" | "MTÜ" | "SA";

const PER_PERSON = 0.1;
/** The commercial register begins here. */
const FIRST_FOUNDED = dayOf("1995-09-01");
/** The legal forms of ten businesses in a row: companies have codes that begin with 1, associations with 8, foundations with 9. */
const FORMS: readonly LegalForm[] = ["OÜ", "OÜ", "OÜ", "OÜ", "OÜ", "OÜ", "OÜ", "AS", "MTÜ", "SA"];
const COMPANIES_OF_TEN = 8;
/** The first serial numbers, beyond all that are known to have been given to anybody. */
const FIRST_SERIALS = { company: 1_800_000, MTÜ: 8_500_000, SA: 9_500_000 } as const;
/** The most businesses for which there are company codes, which begin with 1. Beyond two and a half million people there are no more. */
const MOST = ((2_000_000 - FIRST_SERIALS.company) / COMPANIES_OF_TEN) * FORMS.length;

export class Businesses {
    private readonly foundings: Int32Array;
    private readonly deletions: Int32Array;

    constructor({ seed, people }: DatasetOptions) {
        const count = Math.min(MOST, Math.ceil(people * PER_PERSON));
        this.foundings = new Int32Array(count + 1);
        this.deletions = new Int32Array(count + 1);
        const random = new Random();
        for (let number = 1; number <= count; number++) {
            random.restart(seed, 10, number);
            const founded = random.between(FIRST_FOUNDED, AS_OF - 1);
            const deleted = random.chance(0.15) ? founded + random.between(400, 9000) : NEVER;
            this.foundings[number] = founded;
            this.deletions[number] = deleted < AS_OF ? deleted : NEVER;
        }
    }

    /** Businesses are numbered from 1 to this. */
    get count(): number {
        return this.foundings.length - 1;
    }

    form(number: number): LegalForm {
        return FORMS[(number - 1) % FORMS.length] as LegalForm;
    }

    code(number: number): string {
        const ten = Math.floor((number - 1) / FORMS.length);
        const form = this.form(number);
        const serial =
            form === "MTÜ" || form === "SA"
                ? FIRST_SERIALS[form] + ten
                : FIRST_SERIALS.company + ten * COMPANIES_OF_TEN + ((number - 1) % FORMS.length);
        return `${serial}${checkDigit(String(serial))}`;
    }

    founded(number: number): number {
        return this.foundings[number] as number;
    }

    /** `NEVER` for a business that still exists. */
    deleted(number: number): number {
        return this.deletions[number] as number;
    }

    /** A business that exists on a day and has not been deleted since; 0 where none is found in some tries. */
    lastingOn(day: number, random: Random, below = this.count + 1): number {
        for (let tries = 0; tries < 8 && below > 1; tries++) {
            const number = random.between(1, below - 1);
            if (this.founded(number) <= day && this.deleted(number) === NEVER) {
                return number;
            }
        }
        return 0;
    }
}

export const businessesOf = keepLast((options) => new Businesses(options));
