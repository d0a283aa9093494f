/** Which documents a person was issued, one after the other. */
import { type Roster, rosterOf } from "../population/roster";
import type { DatasetOptions } from "../registry-data";
import { AS_OF, NEVER, dayOf } from "../shared/calendar";
import { Random } from "../shared/random";
import { type DocumentKind, documentNumber } from "./document-number";

export interface Document {
    readonly holder: number;
    readonly kind: DocumentKind;
    readonly number: string;
    readonly issued: number;
    readonly expires: number;
    /** `NEVER` for a document that is in force. */
    readonly ended: number;
    readonly reason: "expired" | "lost" | "death" | undefined;
}

/** A person whose last document ended before this day has none. */
export const RECORDS_SINCE = dayOf("2021-01-01");
const VALID_DAYS: Readonly<Record<DocumentKind, number>> = { "id-card": 1826, passport: 3652 };
/** A newborn gets the first document within this many days, and somebody who has lost one gets another. */
const WITHOUT = 60;

export function holds(roster: Roster, person: number): boolean {
    return roster.death(person) > RECORDS_SINCE + WITHOUT && roster.birth(person) < AS_OF - 2 * WITHOUT;
}

export function* documents(options: DatasetOptions): Generator<Document, void, undefined> {
    const roster = rosterOf(options);
    const random = new Random();
    const serials = { "id-card": 0, passport: 0 };
    for (let holder = 1; holder <= roster.count; holder++) {
        if (holds(roster, holder)) {
            random.restart(options.seed, 40, holder);
            for (const kind of random.chance(0.5) ? (["id-card", "passport"] as const) : (["id-card"] as const)) {
                for (const term of terms(roster, holder, kind, random)) {
                    yield { holder, kind, number: documentNumber(kind, ++serials[kind]), ...term };
                }
            }
        }
    }
}

function* terms(
    roster: Roster,
    holder: number,
    kind: DocumentKind,
    random: Random,
): Generator<Pick<Document, "issued" | "expires" | "ended" | "reason">, void, undefined> {
    const death = roster.death(holder);
    const valid = VALID_DAYS[kind];
    const born = roster.birth(holder) + random.between(1, WITHOUT);
    let issued = born > RECORDS_SINCE ? born : RECORDS_SINCE + random.between(-valid + WITHOUT, WITHOUT);
    issued = Math.max(issued, born);
    while (issued < Math.min(death, AS_OF)) {
        const expires = issued + valid;
        const lost = random.chance(0.05) ? issued + random.between(1, valid - 1) : NEVER;
        const ended = Math.min(expires, lost, death);
        const reason = ended === expires ? "expired" : ended === death ? "death" : "lost";
        yield ended < AS_OF ? { issued, expires, ended, reason } : { issued, expires, ended: NEVER, reason: undefined };
        issued = ended + random.between(1, WITHOUT);
    }
}
