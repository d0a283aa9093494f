/** What `npm run bench` reports: a figure, what it is made of, and what was promised. */
export interface Figure {
    readonly name: string;
    readonly value: number;
    /** The most that the promise allows. */
    readonly limit: number;
    /** Empty for what is counted. */
    readonly unit: "×" | "MiB" | "s" | "min" | "%" | "";
    /** The seconds or sizes behind it, in words. */
    readonly detail: string;
}

/** Whether something was measured, and all of it is as promised. */
export function areKept(figures: readonly Figure[]): boolean {
    return figures.length > 0 && figures.every(({ value, limit }) => value <= limit);
}

export function ratio(name: string, above: number, below: number, limit: number, detail: string): Figure {
    return { name, value: above / below, limit, unit: "×", detail };
}
