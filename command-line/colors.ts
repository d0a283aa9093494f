import picocolors from "picocolors";

/** Colours for output to `stream`, only if that is a terminal. The library on its own also colours for CI. */
export function colorsFor(stream: { readonly isTTY?: boolean }): ReturnType<typeof picocolors.createColors> {
    return picocolors.createColors(Boolean(stream.isTTY) && !process.env["NO_COLOR"]);
}
