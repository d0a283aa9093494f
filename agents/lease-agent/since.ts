/** Since when something has been as it is, as far as this process has seen. After a restart it counts from then. */
export class Since {
    private seen: { readonly what: string; readonly at: number } | undefined;

    /** @param now milliseconds of a clock that is never set back @returns the first `now` at which it was the same */
    first(what: string, now: number): number {
        if (this.seen?.what !== what) {
            this.seen = { what, at: now };
        }
        return this.seen.at;
    }
}
