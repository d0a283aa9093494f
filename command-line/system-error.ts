/** Errors of the operating system, by their code. */

/** Recognizes the error by its shape, not by `instanceof`: an error of Node's own need not share this module's `Error`, as under Jest. */
export function systemError(error: unknown): Partial<NodeJS.ErrnoException> {
    return typeof error === "object" && error !== null ? error : {};
}

/** @param codes such as `ENOENT` */
export function hasCode(error: unknown, ...codes: string[]): boolean {
    const { code } = systemError(error);
    return code !== undefined && codes.includes(code);
}
