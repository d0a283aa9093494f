/** Numbers that the configuration gives to what has a place of its own, and what is counted in several places. Pure. */

/** Each name whose number an earlier name has too, with that earlier name. */
export function shared(numbers: Iterable<readonly [name: string, number: number]>): { name: string; other: string }[] {
    const first = new Map<number, string>();
    return [...numbers].flatMap(([name, number]) => {
        const other = first.get(number);
        first.set(number, other ?? name);
        return other === undefined ? [] : [{ name, other }];
    });
}

/** The smallest number from `least` on that is not taken. */
export function free(numbers: Iterable<number>, least: number): number {
    const taken = new Set(numbers);
    let number = least;
    while (taken.has(number)) {
        number += 1;
    }
    return number;
}

/** The entries of a record in the order of their numbers. A file lists them in its own order, and the engine in that of their names. */
export function byNumber<T extends { readonly number: number }>(
    record: Readonly<Record<string, T>>,
): Record<string, T> {
    return Object.fromEntries(Object.entries(record).sort(([, one], [, other]) => one.number - other.number));
}

/** How many of `count` members are more than half of them. */
export function majority(count: number): number {
    return Math.floor(count / 2) + 1;
}
