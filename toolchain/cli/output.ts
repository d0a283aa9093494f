/** Passes on what a CLI prints, where that does not go to the terminal by itself. */
import type { ChildProcess } from "node:child_process";
import type { Readable } from "node:stream";
import type { Redaction } from "./reviewed/redact";

/**
 * @param capture keeps its standard output instead of showing it
 * @param redact filters what goes from the CLI to the terminal
 * @returns a function that returns what was kept so far
 */
export function passOn({ stdout, stderr }: ChildProcess, capture: boolean, redact?: Redaction): () => string {
    let kept = "";
    if (capture) {
        stdout?.setEncoding("utf8").on("data", (chunk: string) => (kept += chunk));
    } else {
        show(stdout, process.stdout, redact);
    }
    show(stderr, process.stderr, redact);
    return () => kept;
}

function show(from: Readable | null, to: NodeJS.WriteStream, redact?: Redaction): void {
    const shown = redact?.stream();
    from?.setEncoding("utf8")
        .on("data", (chunk: string) => to.write(shown?.feed(chunk) ?? chunk))
        .on("end", () => to.write(shown?.end() ?? ""));
}
