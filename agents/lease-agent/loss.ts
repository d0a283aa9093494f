/** What would be lost if this standby became primary now. */
import type { Report } from "./record";

/** How much of the primary's history a member has. */
export interface Position {
    /** Bytes of WAL from the beginning that it has received, even if not yet replayed. */
    readonly lsn: number;
    /** When the newest heartbeat that is here was committed, in milliseconds since 1970 by the primary's clock. */
    readonly heartbeat: number;
}

export interface Loss {
    /** The most seconds of acknowledged commits that would be lost: the RPO of a promotion now. */
    readonly seconds: number;
    /** Bytes of WAL that the primary is known to have written and that this site does not have. */
    readonly bytes: number;
}

/**
 * @param last the primary's last report
 * @param unseenSeconds seconds for which it may have gone on after that: its lease, and what Patroni needs to give up
 */
export function lossOf(last: Report, here: Position, unseenSeconds: number): Loss {
    const bytes = Math.max(0, last.lsn - here.lsn);
    // Both times are the primary's own, so that no two clocks have to agree.
    const behind = Math.max(0, (last.at - here.heartbeat) / 1000);
    if (last.waits) {
        return { seconds: 0, bytes };
    }
    if (last.ended && !last.writing) {
        return { seconds: bytes === 0 ? 0 : behind, bytes };
    }
    return { seconds: behind + unseenSeconds, bytes };
}

export function lossText({ seconds, bytes }: Loss): string {
    const known = bytes === 0 ? "no byte is known to be missing" : `${bytes} bytes of WAL are known to be missing`;
    return `at most ${Math.ceil(seconds)} s of acknowledged commits would be lost (${known})`;
}
