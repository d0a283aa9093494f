/** Serial numbers of personal codes: who has which, in the order of the register. */
import { AS_OF, isoDate } from "../shared/calendar";
import { SERIALS } from "../shared/personal-code";
import type { Person } from "./family";

/** Each sex and day of birth has its own count, which a step of 387, prime to 1000, scatters over the serial numbers. */
export function serialNumbers(): (person: Pick<Person, "sex" | "birth">) => number {
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
