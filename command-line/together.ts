/** Waits for work side by side. It reports a failure only after all have ended, so that nothing goes on without the caller's knowledge. */
export async function together<T extends readonly unknown[]>(
    work: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
    for (const result of await Promise.allSettled(work)) {
        if (result.status === "rejected") {
            throw result.reason;
        }
    }
    return Promise.all(work);
}
