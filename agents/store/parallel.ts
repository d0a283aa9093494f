/** Versions that are worked on at a time. */
const ABREAST = 8;

/** Begins with the next item while earlier ones are still being worked on. @throws the first error, once nothing is begun any more */
export async function inParallel<T>(
    items: AsyncIterable<T> | Iterable<T>,
    work: (item: T) => Promise<void>,
): Promise<void> {
    const running = new Set<Promise<void>>();
    for await (const item of items) {
        const one = work(item).finally(() => running.delete(one));
        running.add(one);
        if (running.size >= ABREAST) {
            await Promise.race(running);
        }
    }
    await Promise.all(running);
}
