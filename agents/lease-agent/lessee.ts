/** The primary site's side of a lease: when it asks for one, and until when it may write. Pure. */
import type { Position } from "./loss";
import type { Report, SiteRecord } from "./record";

/** A member's own database. */
export interface Local extends Position {
    /** Whether it takes writes. */
    readonly writing: boolean;
    /** Milliseconds since 1970, by the clock of the heartbeats. */
    readonly now: number;
    /** Whether it answers a commit only once the other site has it. */
    readonly waits: boolean;
}

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_MS = 1_000;

/** @param wall milliseconds since 1970, by the clock with which Patroni stamps the leader's lock */
export function hasEnded({ validUntil }: SiteRecord, wall: number): boolean {
    return validUntil !== undefined && Date.parse(validUntil) <= wall;
}

/**
 * Whether this member is the one to report. That is the leader, or any member once the lease has ended, because then nobody can become
 * leader. A site that has become a standby reports until it follows.
 */
export function reports({ status }: SiteRecord, leads: boolean, ended: boolean): boolean {
    return (
        (status?.role === "primary" && (leads || ended)) || (status?.role === "standby" && !status.following && ended)
    );
}

export function reportOf(record: SiteRecord, member: string, local: Local, ended: boolean): Report {
    return {
        member,
        asks: record.status?.role === "primary",
        fenced: record.validUntil !== undefined,
        writing: local.writing,
        ended,
        lsn: local.lsn,
        // A member that has stopped has answered no commit since the heartbeat that never came.
        at: local.writing ? local.now : local.heartbeat + HEARTBEAT_MS,
        waits: local.waits,
    };
}

/** @param asked when it was asked for, by the same clock as in {@link hasEnded}: the lease ends here before it ends there */
export function leaseUntil(asked: number, seconds: number): string {
    return new Date(asked + seconds * 1000).toISOString();
}
