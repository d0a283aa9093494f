/** A result of `npm run bench`: a figure, its origin, and its promised limit. */
export interface Figure {
    readonly name: string;
    readonly value: number;
    /** The highest value that the promise allows. */
    readonly limit: number;
    /** Empty for a count. */
    readonly unit: "×" | "MiB" | "s" | "min" | "%" | "";
    /** The seconds or sizes behind the figure, in words. */
    readonly detail: string;
}

/** Whether something was measured, and all of it is within its promise. */
export function areKept(figures: readonly Figure[]): boolean {
    return figures.length > 0 && figures.every(({ value, limit }) => value <= limit);
}

export function ratio(name: string, above: number, below: number, limit: number, detail: string): Figure {
    return { name, value: above / below, limit, unit: "×", detail };
}
