/** How long the other site has been without something that was written here. Pure. */

interface Sample {
    readonly at: number;
    readonly written: number;
}

export class Lag {
    /** What the other site lacked when it was seen, oldest first. */
    private lacking: Sample[] = [];

    /**
     * @param now milliseconds of a clock that is never set back
     * @param written where the log ends here, in bytes from the beginning
     * @param received the place up to which the other site is known to have it; unknown while nobody follows
     * @returns milliseconds since it was first seen that the other site lacks the oldest of what it lacks; 0 where that is only now
     */
    behind(now: number, written: number, received: number): number {
        this.lacking = this.lacking.filter((sample) => sample.written > received);
        if (written > received && written !== this.lacking.at(-1)?.written) {
            this.lacking.push({ at: now, written });
        }
        return now - (this.lacking[0]?.at ?? now);
    }
}
