/** The standby site's side of a lease: whether it grants one, and what it keeps of what it hears. Pure. */
import type { Report, SiteRecord, Status } from "./record";

export type LeaseAnswer = { readonly granted: number } | { readonly refused: string };

export interface Heard {
    /** The record has to be saved before the answer is given. */
    readonly record: SiteRecord;
    readonly answer: LeaseAnswer;
}

/** @param id id of the lease that may follow, unlike any before */
export function hear(record: SiteRecord, report: Report, leaseSeconds: number, id: string): Heard {
    const { asked, status } = record;
    const refuse = (refused: string, kept: SiteRecord = record): Heard => ({ record: kept, answer: { refused } });
    if (status?.role !== "standby") {
        return refuse(status === undefined ? "has no role yet" : `has the role ${status.role} itself`);
    }
    if (asked?.role === "primary" && asked.id !== status.answered) {
        return refuse("is about to become primary", { ...record, status: lastWord(status, report) });
    }
    if (!report.asks) {
        return refuse("was not asked", { ...record, status: lastWord(status, report) });
    }
    if (!status.following) {
        return refuse("has not been a standby for long, and on time in that, and grants nothing yet");
    }
    const granted = { id, seconds: leaseSeconds, report };
    return {
        record: { ...record, status: { ...status, granted, says: "grants leases" } },
        answer: { granted: leaseSeconds },
    };
}

/** What the member that has written says after it has stopped is how far it came. */
function lastWord(status: Status, report: Report): Status {
    const { granted } = status;
    const isLast = granted?.report.member === report.member && report.ended && !report.writing;
    return isLast
        ? { ...status, granted: { ...granted, report: { ...report, fenced: granted.report.fenced } } }
        : status;
}
