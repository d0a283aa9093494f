/** A number of things, counted from 1, that are spread over the municipalities as people are. */
import { MUNICIPALITIES } from "./places";

export class Spread {
    /** The first thing of each municipality, and one past the last of all. */
    private readonly starts: readonly number[];

    constructor(readonly count: number) {
        const total = MUNICIPALITIES.reduce((sum, { weight }) => sum + weight, 0);
        let before = 0;
        this.starts = [
            ...MUNICIPALITIES.map(({ weight }) => {
                const start = 1 + Math.floor((before / total) * count);
                before += weight;
                return start;
            }),
            count + 1,
        ];
    }

    /** The first thing in the municipality of that index. */
    start(index: number): number {
        return this.starts[index] as number;
    }

    /** Index of the municipality that a thing is in. */
    municipalityOf(id: number): number {
        let [low, high] = [0, MUNICIPALITIES.length - 1];
        while (low < high) {
            const middle = (low + high + 1) >> 1;
            if (this.start(middle) <= id) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }
}
