/** How a site takes the role that is asked of it. Pure: the state and the clock's reading go in, and the next state comes out. */
import { type Position, lossOf, lossText } from "./loss";
import type { Role, SiteRecord, Status } from "./record";

export interface Terms {
    /** The site with which the roles are shared. */
    readonly partner: string;
    readonly leaseSeconds: number;
    /** Seconds within which Patroni gives up when it cannot renew its lock. */
    readonly patienceSeconds: number;
    /** Seconds of loss that need no permission. */
    readonly maximumLag: number;
}

export interface Situation {
    readonly record: SiteRecord;
    /** The WAL position of this member's database; undefined while the database is down. */
    readonly here: Position | undefined;
    /** Milliseconds, of one clock that is never set back: now, and when the last lease was granted. */
    readonly now: number;
    readonly grantedAt: number;
}

/** @returns the record as it is from now on; the same one while there is nothing to do, or to wait for */
export function takeRole(situation: Situation, terms: Terms): SiteRecord {
    const { record } = situation;
    const { asked, status } = record;
    if (asked === undefined || status?.answered === asked.id) {
        return record;
    }
    if (status === undefined || asked.role !== "primary" || status.role !== "standby") {
        return taken(record, asked.role, asked.id);
    }
    const answer = promotion(situation, status, terms, asked.acceptLoss);
    switch (answer.kind) {
        case "wait":
            return { ...record, status: { ...status, says: answer.why } };
        case "refuse":
            return { ...record, status: { ...status, answered: asked.id, refusal: answer.why, says: answer.why } };
        case "promote":
            // It needs no lease: it has granted some, so that it follows, and has no fence of its own left.
            return taken(record, "primary", asked.id);
    }
}

/** Begins a new term in a role. The fence stays, because a former primary may still believe that it is one. */
function taken(record: SiteRecord, role: Role, id: string): SiteRecord {
    const { status } = record;
    // Repeating what a site is changes nothing of it.
    const same = status?.role === role ? { following: status.following, granted: status.granted } : {};
    return { ...record, status: { ...same, role, answered: id, says: `takes the role ${role}` } };
}

type Answer = { readonly kind: "promote" } | { readonly kind: "wait" | "refuse"; readonly why: string };

function promotion(
    { here, now, grantedAt }: Situation,
    { granted }: Status,
    terms: Terms,
    acceptLoss: boolean,
): Answer {
    const { partner, patienceSeconds, maximumLag } = terms;
    if (granted?.report.fenced !== true) {
        return {
            kind: "refuse",
            why:
                `${partner} has not held a lease from this site in its present role, so that it may be writing: ` +
                `wait until the two have been linked for some seconds, or make a site from backups`,
        };
    }
    const unseenSeconds = granted.seconds + patienceSeconds;
    if (now - grantedAt <= unseenSeconds * 1000) {
        const why = `waits, ${unseenSeconds} s at most, for the end of ${partner}'s lease and for Patroni there to give up`;
        return { kind: "wait", why };
    }
    if (here === undefined) {
        return { kind: "wait", why: "waits for this member's database, to see what it has" };
    }
    const loss = lossOf(granted.report, here, unseenSeconds);
    if (loss.seconds > maximumLag && !acceptLoss) {
        return {
            kind: "refuse",
            why:
                `${lossText(loss)}, and replication.maximumLag is ${maximumLag} s: mend the link and try again, ` +
                `or accept the loss with \`npm run pulumi -- up -s <stack> --accept-loss\``,
        };
    }
    return { kind: "promote" };
}

/** @param followingSeconds seconds for which Patroni has been declared a standby, and this agent was on time; undefined where it is none */
export function followed(
    record: SiteRecord,
    followingSeconds: number | undefined,
    { patienceSeconds }: Pick<Terms, "patienceSeconds">,
): SiteRecord {
    const { status } = record;
    if (status?.role !== "standby" || status.following || (followingSeconds ?? 0) < patienceSeconds) {
        return record;
    }
    // None of its members writes any more, so that it may grant leases, and needs none itself.
    return { ...record, validUntil: undefined, status: { ...status, following: true, says: "follows" } };
}
