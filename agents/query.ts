/** What strangers ask in an address, read strictly: a database is never asked what it could only stumble over. */

/**
 * Undefined where it is no UTF-8, or asks something twice: which of the two is meant cannot be told.
 *
 * @param search as in an address, `?q=a&page=2`, or nothing
 */
export function queryOf(search: string): Readonly<Record<string, string>> | undefined {
    try {
        // The parser of addresses would put another character in the place of what is no UTF-8.
        decodeURIComponent(search);
    } catch {
        return undefined;
    }
    const entries = [...new URLSearchParams(search)];
    return new Set(entries.map(([name]) => name)).size === entries.length ? Object.fromEntries(entries) : undefined;
}

/** Without control characters: a database takes no NUL, and nobody means the others. */
export const NO_CONTROL = /^\P{Cc}*$/u;

/**
 * Whether a database refused what it was asked for what was in it (class 22, data exception), or for its size (class 54), and not
 * for a fault of its own: https://www.postgresql.org/docs/15/errcodes-appendix.html
 */
export function isAskersFault(error: unknown): boolean {
    const { code } = Object(error) as { code?: unknown };
    return typeof code === "string" && /^(22|54)[0-9A-Z]{3}$/.test(code);
}
