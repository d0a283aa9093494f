/** Uses numbers in place of names, where there is no room to write the names each time. Pure. */

export interface Numbers {
    readonly count: number;
    readonly of: (name: string) => number;
    /** `1 registry-land, 2 registry-taxes` */
    readonly names: readonly string[];
}

export function numbered(names: readonly string[]): Numbers {
    const all = [...new Set(names)].sort((one, other) => one.localeCompare(other, "en", { numeric: true }));
    const places = new Map(all.map((name, index) => [name, index + 1]));
    return { count: all.length, of: (name) => places.get(name) ?? 0, names: all };
}

/** `1–5, 7`, or `all 350`. */
export function ranges(names: readonly string[], { count, of }: Numbers): string {
    const numbers = [...new Set(names.map(of))].sort((one, other) => one - other);
    if (numbers.length === count) {
        return `all ${count}`;
    }
    const runs: [number, number][] = [];
    for (const number of numbers) {
        const last = runs.at(-1);
        if (last !== undefined && last[1] === number - 1) {
            last[1] = number;
        } else {
            runs.push([number, number]);
        }
    }
    return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
}
