/** Turns what `go` prints into one message that says how to go on. */
import { totalmem } from "node:os";
import { join } from "node:path";
import { ToolchainError } from "./errors";
import type { Outcome } from "./run";

export interface GoStep {
    /** What go was doing, for the message: `building kube-apiserver`. */
    readonly doing: string;
    readonly folder: string;
}

const AGAIN = "run the command again: what is compiled already is kept";

/** The number of go's own lines that go into a message without a better explanation. */
const QUOTED_LINES = 15;

/** The order matters: a refused module also makes go say that packages are missing. */
const explanations: readonly ((output: string, step: GoStep, outcome: Outcome) => string | undefined)[] = [
    checksumMismatch,
    missingChecksum,
    refusedModule,
    unreachableProxy,
    noSpace,
    killed,
];

/** @param outcome of a `go` command that failed */
export function explainGo(outcome: Outcome, step: GoStep): ToolchainError {
    for (const explain of explanations) {
        const explanation = explain(outcome.stderr, step, outcome);
        if (explanation !== undefined) {
            return new ToolchainError(`${step.doing}: ${explanation}`);
        }
    }
    const ended = outcome.signal === null ? `exit code ${String(outcome.code)}` : outcome.signal;
    const lines = outcome.stderr.split("\n").filter(Boolean).slice(-QUOTED_LINES);
    return new ToolchainError(`${step.doing} failed (${ended}) in ${step.folder}; go says:\n${lines.join("\n")}`);
}

function checksumMismatch(output: string, { folder }: GoStep): string | undefined {
    if (!/SECURITY ERROR|checksum mismatch/.test(output)) {
        return undefined;
    }
    const module = /verifying (\S+@[^\s:/]+)/.exec(output)?.[1] ?? "a module";
    return (
        `SECURITY ERROR: the content of ${module} is not what ${join(folder, "go.sum")} names. The download was changed, or ` +
        "the version was published again with another content. Do not build it: compare with another module proxy, and " +
        "find out which of the two is genuine."
    );
}

function missingChecksum(output: string, { folder }: GoStep): string | undefined {
    // go's own advice, `go get`, would add packages to the pins.
    const what = /missing go\.sum entry for (?:module providing package )?(\S+)/.exec(output)?.[1];
    return what === undefined
        ? undefined
        : `${join(folder, "go.sum")} has no checksum for ${what}: go.mod was changed without it. Run go mod tidy in ${folder}.`;
}

function refusedModule(output: string, { folder }: GoStep): string | undefined {
    const refusal =
        /([^\s:]+@v[^\s:/]+):[^\n]*\b(403 Forbidden|404 Not Found|410 Gone|unknown revision|(?<!404 )not found|invalid version)/i.exec(
            output,
        );
    if (refusal === null) {
        return undefined;
    }
    const [, module = "", reason = ""] = refusal;
    return (
        `the module proxy does not serve ${module} (${reason}), which ${join(folder, "go.mod")} pins. Set GOPROXY to a proxy ` +
        "that serves it, or choose a version that is served and run go mod tidy there."
    );
}

function unreachableProxy(output: string): string | undefined {
    return /no such host|connection refused|i\/o timeout|network is unreachable|TLS handshake timeout|server misbehaving/.test(
        output,
    )
        ? "the module proxy cannot be reached. Check the network and go env GOPROXY; then run the command again: what is " +
              "downloaded already is kept."
        : undefined;
}

function noSpace(output: string): string | undefined {
    return /no space left on device|disk quota exceeded/.test(output)
        ? `no space left on the disk. Free some on the file systems of this clone, go env GOCACHE and go env GOMODCACHE, and ${AGAIN}.`
        : undefined;
}

function killed(output: string, _step: GoStep, outcome: Outcome): string | undefined {
    return /signal: killed|cannot allocate memory|out of memory/.test(output) || outcome.signal === "SIGKILL"
        ? `a compiler was killed, most likely for want of memory (this machine has ${gibibytes(totalmem())} GiB). End other ` +
              `programs, or compile one package at a time with EMBASSY_BUILD_JOBS=1, and ${AGAIN}.`
        : undefined;
}

function gibibytes(bytes: number): string {
    return (bytes / 1024 ** 3).toFixed(1);
}
