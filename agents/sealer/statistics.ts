/** For how long versions stay unsealed: what a site can be held to, so it is measured where it happens. */
import { createHistogram } from "node:perf_hooks";

/** Seconds, since the sealer started. */
export interface Status {
    readonly since: string;
    /** Versions that this sealer has sealed. */
    readonly sealed: number;
    readonly unsealedSeconds: {
        readonly p50: number;
        readonly p90: number;
        readonly p99: number;
        readonly max: number;
    };
    /** Undefined until the first one has ended. */
    readonly lastSweep?: { readonly at: string; readonly versions: number; readonly failures: readonly string[] };
}

/** Failures are told by name up to this many: the rest has the same cause, as a rule. */
const TOLD = 20;

export class Statistics {
    /** Milliseconds, whole and above zero. */
    private readonly unsealed = createHistogram();
    private readonly since = new Date().toISOString();
    private lastSweep: Status["lastSweep"];

    /** @param milliseconds from the version's being written to its being sealed */
    sealed(milliseconds: number): void {
        this.unsealed.record(Math.max(1, Math.round(milliseconds)));
    }

    swept(versions: number, failures: readonly string[]): void {
        this.lastSweep = { at: new Date().toISOString(), versions, failures: failures.slice(0, TOLD) };
    }

    status(): Status {
        const count = this.unsealed.count;
        const seconds = (milliseconds: number): number => (count === 0 ? 0 : milliseconds / 1000);
        return {
            since: this.since,
            sealed: count,
            unsealedSeconds: {
                p50: seconds(this.unsealed.percentile(50)),
                p90: seconds(this.unsealed.percentile(90)),
                p99: seconds(this.unsealed.percentile(99)),
                max: seconds(this.unsealed.max),
            },
            ...(this.lastSweep && { lastSweep: this.lastSweep }),
        };
    }
}
