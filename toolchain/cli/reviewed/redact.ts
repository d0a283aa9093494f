/**
 * Leaves the values of a violated plan out of what the engine prints, which shows both values, and secrets among them in the clear
 * (pkg/v3/resource/deploy/plan.go, MakeError). A value may have several lines, so any later line may be part of one.
 */
const VIOLATION = /resource (?:(\S+) )?violates plan: /;

export interface Redaction {
    /** Makes a filter for one stream, which passes on what may be shown of what is written into it. */
    readonly stream: () => Redacted;
    /** True once a violation was seen in any of the streams. */
    readonly violated: () => boolean;
}

interface Redacted {
    readonly feed: (chunk: string) => string;
    /** What may be shown of a last line that has no end. */
    readonly end: () => string;
}

/** @param leaveOut lines that are not shown for another reason */
export function redaction(leaveOut?: RegExp): Redaction {
    let violated = false;
    const shown = (line: string): string => {
        const found = violated ? undefined : VIOLATION.exec(line);
        if (found) {
            violated = true;
            const before = line.slice(0, found.index);
            return `${before}${found[1] ?? "the stack's outputs"} would not be as planned; how, is not shown, as it may be secret.\n`;
        }
        return violated || leaveOut?.test(line) === true ? "" : line;
    };
    return { stream: () => byLine(shown), violated: () => violated };
}

function byLine(shown: (line: string) => string): Redacted {
    let rest = "";
    return {
        feed: (chunk) => {
            const lines = `${rest}${chunk}`.split(/(?<=\n)/);
            rest = lines.at(-1)?.endsWith("\n") === true ? "" : (lines.pop() ?? "");
            return lines.map(shown).join("");
        },
        end: () => shown(rest),
    };
}
