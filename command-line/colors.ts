import picocolors from "picocolors";

/** Colours for what is written to `stream`: on a terminal alone. The library on its own also colours for CI. */
export function colorsFor(stream: { readonly isTTY?: boolean }): ReturnType<typeof picocolors.createColors> {
    return picocolors.createColors(Boolean(stream.isTTY) && !process.env["NO_COLOR"]);
}
