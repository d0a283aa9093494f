/** Shows the progress of a long command on stderr: as one line that changes on a terminal, and as occasional lines elsewhere. */
export interface Progress {
    /** Sets the latest state, which is shown if enough time has passed since the one before, or if it is another step. */
    update(step: string, detail?: string): void;
    end(): void;
}

const LIVE_MS = 100;
const PLAIN_MS = 5000;

export function showProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
    const interval = stream.isTTY ? LIVE_MS : PLAIN_MS;
    let shown = "";
    let at = 0;
    return {
        update(step, detail = "") {
            const now = performance.now();
            if (step === shown && now - at < interval) {
                return;
            }
            shown = step;
            at = now;
            const line = detail === "" ? step : `${step}: ${detail}`;
            stream.write(stream.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
        },
        end() {
            if (stream.isTTY && shown !== "") {
                stream.write("\r\u001b[K");
            }
        },
    };
}
