/** From when to when a registry can be restored, as pgBackRest's own reports of a repository tell. Pure. */
import { FORMER_SEGMENT_BYTES, SEGMENT_BYTES } from "../../infra/plan/disk";
import { LabError } from "../errors";

/** What `pgbackrest info --output=json` has of a stanza, as far as it is used here. Times are seconds since 1970. */
export interface StanzaInfo {
    readonly name: string;
    readonly status: { readonly code: number; readonly message: string };
    /** Of each repository; why it cannot be read is said here alone. */
    readonly repo?: readonly { readonly status: { readonly message: string } }[];
    readonly archive: readonly { readonly id: string; readonly max: string | null }[];
    /** Oldest first. */
    readonly backup: readonly {
        readonly label: string;
        readonly timestamp: { readonly stop: number };
        /** Names of the first and the last segment without which it is of no use. */
        readonly archive: { readonly start: string; readonly stop: string };
        /** Labels of the backups that hold files of it. */
        readonly reference: readonly string[] | null;
        /** Bytes of the database in it, unpacked. */
        readonly info: { readonly size: number };
    }[];
}

/** What `pgbackrest repo-ls --output=json` has of a file. */
export type Listing = Readonly<Record<string, { readonly type: string; readonly time?: number }>>;

export interface Range {
    /** End of the oldest full backup: nothing before it can be restored. */
    readonly from: Date;
    /** When the newest segment of WAL was stored. */
    readonly to: Date;
}

/** A stored segment of WAL. */
export interface Segment {
    /** Timeline and place, 24 hexadecimal digits. */
    readonly name: string;
    /** Place alone, counted from the first. */
    readonly number: number;
    /** When it was stored, in seconds since 1970. */
    readonly time: number;
}

const SEGMENT = /(?:^|\/)([\dA-F]{24})-[\da-f]{40}(?:\.\w+)?$/;

export function segmentsOf(wal: Listing): Segment[] {
    const stored = Object.entries(wal).flatMap(([file, { time }]) => {
        const name = SEGMENT.exec(file)?.[1];
        return name === undefined || time === undefined ? [] : [{ name, time }];
    });
    const bytes = segmentBytes(stored);
    return stored.map((segment) => ({ ...segment, number: numberOf(segment.name, bytes) }));
}

/**
 * How large segments are, as their names tell: of 16 MiB there are 256 in a logical file, and none ends above 000000FF. As long as none does
 * of the others either, both are counted alike. https://www.postgresql.org/docs/15/wal-internals.html
 */
export function segmentBytes(stored: readonly Pick<Segment, "name">[]): number {
    const isFormer = stored.every(
        ({ name }) => Number.parseInt(name.slice(16, 24), 16) < 2 ** 32 / FORMER_SEGMENT_BYTES,
    );
    return isFormer ? FORMER_SEGMENT_BYTES : SEGMENT_BYTES;
}

/** Its place in the log, whatever the timeline. @param bytes of a segment */
export function numberOf(name: string, bytes: number): number {
    return Number.parseInt(name.slice(8, 16), 16) * (2 ** 32 / bytes) + Number.parseInt(name.slice(16, 24), 16);
}

/** @throws LabError where there is nothing to restore from */
export function rangeOf({ name, status, backup }: StanzaInfo, wal: Listing): Range {
    const [oldest] = backup;
    const stored = segmentsOf(wal).map(({ time }) => time);
    if (oldest === undefined || stored.length === 0) {
        throw new LabError(
            `There is no stored version of ${name} to restore from: pgBackRest says "${status.message}" of ${backup.length} ` +
                `backups and ${stored.length} segments of WAL. A first one is stored as soon as the primary site reaches the store: ` +
                `kubectl -n registry-${name} get jobs`,
        );
    }
    return {
        from: new Date(oldest.timestamp.stop * 1000),
        to: new Date(Math.max(...stored) * 1000),
    };
}

/** Of what is stored with several generations of keys, the newest first: the newest that reaches back to the instant, else the oldest. */
export function reaching<T extends { readonly range: Range }>(at: Date | undefined, all: readonly [T, ...T[]]): T {
    return all.find(({ range }) => at === undefined || range.from <= at) ?? all.at(-1) ?? all[0];
}

/**
 * @param ranges by registry: all are to be as they were at the one instant
 * @throws LabError for an instant that one of them lacks, with those that all have
 */
export function checkInstant(at: Date, ranges: Readonly<Record<string, Range>>): void {
    const lacking = Object.entries(ranges).filter(([, { from, to }]) => at < from || at > to);
    if (lacking.length === 0) {
        return;
    }
    const said = lacking.map(
        ([registry, range]) =>
            `${at.toISOString()} is ${at < range.from ? "before the first" : "after the last"} stored version of ${registry}: ` +
            `there are instants ${span(range)}.`,
    );
    throw new LabError([...said, instead(Object.values(ranges))].join(" "));
}

function instead(ranges: readonly Range[]): string {
    const from = new Date(Math.max(...ranges.map((range) => range.from.getTime())));
    const to = new Date(Math.min(...ranges.map((range) => range.to.getTime())));
    if (from > to) {
        return "There is no instant that all have: restore them one at a time, with --registry.";
    }
    return ranges.length === 1
        ? "Give one of those with --at, or leave it out for the last."
        : `All have those ${span({ from, to })}: give one of them with --at, or fewer registries with --registry.`;
}

function span({ from, to }: Range): string {
    return `from ${from.toISOString()} to ${to.toISOString()}`;
}

/**
 * The last instant that several registries are sure to have in common: of what was stored when the first of them stored its last,
 * the newest commit is no older than a segment may last.
 *
 * @param segmentSeconds after which a segment is stored at the latest, full or not
 * @returns undefined for one registry, whose last instant needs no name
 */
export function commonInstant(ranges: readonly Range[], segmentSeconds: number): Date | undefined {
    const first = Math.min(...ranges.map(({ to }) => to.getTime()));
    return ranges.length > 1 ? new Date(first - segmentSeconds * 1000) : undefined;
}
