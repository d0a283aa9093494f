/** Which acts there are, and when each was published, as the other registries know them. */
import type { DatasetOptions, Target } from "../registry-data";
import { AS_OF, NEVER, dayOf, isoDate } from "../shared/calendar";
import { Random } from "../shared/random";

export const RT_ID: Target = { registry: "legislation", table: "publication", column: "rt_id" };

export interface Publication {
    /** As Riigi Teataja numbers them: https://www.riigiteataja.ee/kkk.html, question 1. */
    readonly id: string;
    readonly published: number;
    readonly from: number;
    /** `NEVER` for a publication that is in force. */
    readonly to: number;
}

/** With more acts, two could be published on one day with one number. */
const MOST = 999;
/** The gazette has had its present numbers since then. This is a Sunday, as are all days of publication here, and hardly any real one is. */
const FIRST_PUBLISHED = dayOf("2011-01-02");
/** Acts that other registries rest on; they are never repealed. */
const LASTING = 10;

export class Acts {
    readonly count: number;
    private readonly random = new Random();

    constructor(private readonly options: DatasetOptions) {
        this.count = Math.min(MOST, 40 + Math.ceil(options.people / 1500));
    }

    kind(number: number): "act" | "regulation" {
        return number > LASTING && this.random.restart(this.options.seed, 62, number).chance(0.6)
            ? "regulation"
            : "act";
    }

    title(number: number): string {
        return `${this.kind(number) === "act" ? "Näidisseadus" : "Näidismäärus"} ${number}`;
    }

    /** All versions of an act, one after the other. */
    publications(number: number): Publication[] {
        const random = this.random.restart(this.options.seed, 60, number);
        const days: number[] = [];
        for (let day = random.between(0, 200); day * 7 + FIRST_PUBLISHED < AS_OF - 60; day += random.between(26, 260)) {
            days.push(day * 7 + FIRST_PUBLISHED);
        }
        const repealed = number > LASTING && random.chance(0.15) ? (days.at(-1) as number) + 40 : NEVER;
        const from = days.map((day) => day + random.between(10, 30));
        return days.map((published, index) => ({
            id: rtId(published, number),
            published,
            from: from[index] as number,
            to: from[index + 1] ?? repealed,
        }));
    }

    /** The version that another registry names as its basis: the newest on a day, if any, of one of the lasting acts. */
    basis(number: number, day: number): Publication {
        const all = this.publications(1 + (number % LASTING));
        return all.findLast(({ from }) => from <= day) ?? (all[0] as Publication);
    }
}

/** Part of the gazette (1: RT I), day of publication, number of the act on that day. */
function rtId(published: number, number: number): string {
    const [year = "", month = "", day = ""] = isoDate(published).split("-");
    return `1${day}${month}${year}${String(number).padStart(3, "0")}`;
}
