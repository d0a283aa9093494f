/** What strangers ask in an address. It is read strictly, so that a database is never asked what can only fail. */

/**
 * Undefined where it is no UTF-8, or asks something twice, because it is unclear which of the two is meant.
 *
 * @param search as in an address, `?q=a&page=2`, or nothing
 */
export function queryOf(search: string): Readonly<Record<string, string>> | undefined {
    try {
        // The parser of addresses would replace what is no UTF-8 by another character.
        decodeURIComponent(search);
    } catch {
        return undefined;
    }
    const entries = [...new URLSearchParams(search)];
    return new Set(entries.map(([name]) => name)).size === entries.length ? Object.fromEntries(entries) : undefined;
}

/** Text without control characters: a database takes no NUL, and nobody means the others. */
export const NO_CONTROL = /^\P{Cc}*$/u;

/**
 * Whether a database refused a question for its content (class 22, data exception) or for its size (class 54), and not for a fault of its
 * own: https://www.postgresql.org/docs/17/errcodes-appendix.html
 */
export function isAskersFault(error: unknown): boolean {
    const { code } = Object(error) as { code?: unknown };
    return typeof code === "string" && /^(22|54)[0-9A-Z]{3}$/.test(code);
}
