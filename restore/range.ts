/** The period for which a registry can be restored. Pure. */
import { type Instant, instantAt, justBefore, secondsOf } from "../infra/conventions/instant";
import { type Archive, segmentsOf } from "../infra/registries/backups/inspect/archive";
import { LabError } from "../lab/errors";

/** It is possible to restore to both instants. */
export interface Range {
    /** The first instant, from the oldest backup: pgBackRest takes one that ended in an earlier second, and nothing before it can be restored. */
    readonly from: Instant;
    /** The last instant before a stored transaction: Postgres stops at that transaction, and refuses to end before it has seen one. */
    readonly to: Instant;
}

/**
 * @param last when the last transaction in the stored WAL ended
 * @throws LabError where there is nothing to restore
 */
export function rangeOf(archive: Archive, last: Instant | undefined): Range {
    const { name, status, backup } = archive.stanza;
    const [oldest] = backup;
    const segments = segmentsOf(archive).length;
    if (oldest === undefined || segments === 0) {
        throw new LabError(
            `There is no backup of ${name} to restore from: pgBackRest says "${status.message}", of ${backup.length} ` +
                `backups in its list (backup.info) and ${segments} segments of WAL. The first backup is made as soon as the primary site reaches its object store. Look at its Jobs: ` +
                `kubectl -n registry-${name} get jobs`,
        );
    }
    const from = instantAt(oldest.timestamp.stop + 1);
    // There is no transaction later than the backup, so the backup is all that can be restored.
    return { from, to: last === undefined ? justBefore(from) : justBefore(last) };
}

/**
 * Chooses among generations of keys, the newest first: the newest that reaches back to the instant. Where none does, it is the oldest, with all
 * that is stored for its range, because nothing can be restored then and the range is only told.
 */
export function reaching<T extends { readonly range: Range }>(at: Instant | undefined, all: readonly [T, ...T[]]): T {
    const found = all.find(({ range }) => at === undefined || range.from <= at);
    const [newest] = all;
    const oldest = all.at(-1) ?? newest;
    return found ?? { ...oldest, range: { from: oldest.range.from, to: newest.range.to } };
}

/** What is known about a store in addition to its content. */
export interface Storing {
    /** Seconds within which a segment is stored, even if it is not full. */
    readonly segmentSeconds: number;
    readonly now: Instant;
    /** True for a copy, which gets nothing more. */
    readonly isCopy: boolean;
}

/**
 * @param ranges by registry; all registries are restored to the same instant
 * @throws LabError for an instant that one of them lacks, with those that all have; {@link NotYet} where it may still come
 */
export function checkInstant(at: Instant, ranges: Readonly<Record<string, Range>>, storing: Storing): void {
    const lacking = Object.entries(ranges).filter(([, { from, to }]) => at < from || at > to);
    if (lacking.length === 0) {
        return;
    }
    const said = lacking.map(([registry, range]) =>
        at < range.from
            ? `${at} is before the first backup of ${registry}: there are instants ${span(range)}.`
            : `${at} is after the last backup of ${registry}, in which there is no later commit yet: ` +
              `there are instants ${span(range)}.`,
    );
    const advice = instead(Object.values(ranges));
    if (storing.isCopy || lacking.some(([, { from }]) => at < from)) {
        throw new LabError([...said, advice].join(" "));
    }
    const due = instantAt(secondsOf(at) + 1 + storing.segmentSeconds);
    const when =
        due > storing.now
            ? `A site that runs stores what follows by ${due}, and one that is stopped never does: wait for it with --wait, as in --wait 2m.`
            : `It would have been stored by ${due}: the site is stopped, or its store did not answer. Start it (npm start), and wait with --wait 2m.`;
    throw new NotYet([...said, when, advice].join(" "), due);
}

/** The requested instant is not stored yet, but may be soon. */
export class NotYet extends LabError {
    constructor(
        message: string,
        /** When a running site has stored it. */
        readonly due: Instant,
    ) {
        super(message);
    }
}

function instead(ranges: readonly Range[]): string {
    const from = latest(ranges.map((range) => range.from));
    const to = earliest(ranges.map((range) => range.to));
    if (from > to) {
        return ranges.length === 1
            ? "Leave --at out for all that is stored."
            : "There is no instant that all have: restore them one at a time, with --registry.";
    }
    return ranges.length === 1
        ? "Give one of those with --at, or leave it out for the last."
        : `All have those ${span({ from, to })}: give one of them with --at, or fewer registries with --registry.`;
}

function span({ from, to }: Range): string {
    return from > to ? `none: nothing was committed since ${from}` : `from ${from} to ${to}`;
}

/**
 * The last instant that several registries have in common.
 *
 * @returns undefined for one registry, whose last instant needs no name
 */
export function commonInstant(ranges: readonly Range[]): Instant | undefined {
    return ranges.length > 1 ? earliest(ranges.map(({ to }) => to)) : undefined;
}

function earliest(instants: readonly Instant[]): Instant {
    return instants.reduce((first, at) => (at < first ? at : first));
}

function latest(instants: readonly Instant[]): Instant {
    return instants.reduce((last, at) => (at > last ? at : last));
}
