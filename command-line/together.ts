/** Side by side. All have ended before a failure is reported, so that nothing goes on behind the caller's back. */
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
