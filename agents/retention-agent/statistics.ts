/** For how long versions stay unlocked: what a site can be held to, so it is measured where it happens. */
import { createHistogram } from "node:perf_hooks";

/** Seconds, since the retention agent started. */
export interface Status {
    readonly since: string;
    /** Versions that this retention agent has locked. */
    readonly locked: number;
    readonly unlockedSeconds: {
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
    private readonly unlocked = createHistogram();
    private readonly since = new Date().toISOString();
    private lastSweep: Status["lastSweep"];

    /** @param milliseconds from the version's being written to its being locked */
    locked(milliseconds: number): void {
        this.unlocked.record(Math.max(1, Math.round(milliseconds)));
    }

    swept(versions: number, failures: readonly string[]): void {
        this.lastSweep = { at: new Date().toISOString(), versions, failures: failures.slice(0, TOLD) };
    }

    status(): Status {
        const count = this.unlocked.count;
        const seconds = (milliseconds: number): number => (count === 0 ? 0 : milliseconds / 1000);
        return {
            since: this.since,
            locked: count,
            unlockedSeconds: {
                p50: seconds(this.unlocked.percentile(50)),
                p90: seconds(this.unlocked.percentile(90)),
                p99: seconds(this.unlocked.percentile(99)),
                max: seconds(this.unlocked.max),
            },
            ...(this.lastSweep && { lastSweep: this.lastSweep }),
        };
    }
}
