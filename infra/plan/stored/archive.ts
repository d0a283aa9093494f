/** What pgBackRest's own reports say is stored of a registry: backups, segments of WAL, histories of timelines. Pure. */

/** What `pgbackrest info --output=json` has of a stanza, as far as it is used here. Times are seconds since 1970. */
export interface StanzaInfo {
    readonly name: string;
    readonly status: { readonly code: number; readonly message: string };
    /** Of each repository; why it cannot be read is said here alone. */
    readonly repo?: readonly { readonly status: { readonly message: string } }[];
    readonly archive: readonly { readonly id: string; readonly max: string | null }[];
    /** Oldest first. */
    readonly backup: readonly BackupInfo[];
}

export interface BackupInfo {
    readonly label: string;
    readonly timestamp: { readonly stop: number };
    /** Names of the first and the last segment without which it is of no use. */
    readonly archive: { readonly start: string; readonly stop: string };
    /** Labels of the backups that hold files of it. */
    readonly reference: readonly string[] | null;
    /** Bytes of the database in it, unpacked. */
    readonly info: { readonly size: number };
}

/** What `pgbackrest repo-ls --output=json` has of a file. */
export type Listing = Readonly<Record<string, { readonly type: string; readonly time?: number }>>;

/** All of it, as it was listed at one time. */
export interface Archive {
    readonly stanza: StanzaInfo;
    /** Below `archive/<stanza>`. */
    readonly wal: Listing;
    /** Below `backup/<stanza>`. */
    readonly backups: Listing;
    /** Name → content of each `<timeline>.history`; undefined where it is stored and does not open. */
    readonly histories: Readonly<Record<string, string | undefined>>;
}

/** Files of it, where it is written down; each history has its own, by its name. */
export const FOUND = { info: "info.json", wal: "wal.json", backups: "backups.json", verified: "verified.txt" } as const;

/** A stored segment of WAL. */
export interface Segment {
    /** Timeline and place, 24 hexadecimal digits. */
    readonly name: string;
    /** Place alone, counted from the first. */
    readonly number: number;
    /** When it was stored, in seconds since 1970. */
    readonly time: number;
    /** In the listing. */
    readonly file: string;
}

const SEGMENT = /(?:^|\/)([\dA-F]{24})-[\da-f]{40}(?:\.\w+)?$/;
/** The rest of a timeline that was left: Postgres does not read it, but it says that another timeline begins in its place. */
const PARTIAL = /(?:^|\/)([\dA-F]{24})\.partial-[\da-f]{40}(?:\.\w+)?$/;
const HISTORY = /(?:^|\/)([\dA-F]{8}\.history)$/;

export function segmentsOf(wal: Listing): Segment[] {
    return Object.entries(wal).flatMap(([file, { time }]) => {
        const name = SEGMENT.exec(file)?.[1];
        return name === undefined || time === undefined ? [] : [{ name, number: numberOf(name), time, file }];
    });
}

/** Names of the segments of which only a part was written on their timeline. */
export function partialsOf(wal: Listing): string[] {
    return Object.keys(wal).flatMap((file) => PARTIAL.exec(file)?.[1] ?? []);
}

/** Files of timelines' histories, by their names in Postgres. */
export function historyFilesOf(wal: Listing): { readonly name: string; readonly file: string }[] {
    return Object.keys(wal).flatMap((file) => {
        const name = HISTORY.exec(file)?.[1];
        return name === undefined ? [] : [{ name, file }];
    });
}

/** Bytes, as Postgres has it of itself. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;
/** Segments in a logical file: https://www.postgresql.org/docs/15/wal-internals.html */
const SEGMENTS = 2 ** 32 / SEGMENT_BYTES;

/** Its place in the log, whatever the timeline. */
export function numberOf(name: string): number {
    return Number.parseInt(name.slice(8, 16), 16) * SEGMENTS + Number.parseInt(name.slice(16, 24), 16);
}

export function timelineOf(name: string): number {
    return Number.parseInt(name.slice(0, 8), 16);
}

/** Of the segment that is in a place of a timeline. */
export function nameOf(timeline: number, number: number): string {
    return `${hex(timeline)}${hex(Math.floor(number / SEGMENTS))}${hex(number % SEGMENTS)}`;
}

export function historyName(timeline: number): string {
    return `${hex(timeline)}.history`;
}

/** Of the segment in which a position such as `1/5000028` is. */
export function numberAt(position: string): number {
    const [file = "", offset = ""] = position.split("/");
    return Number.parseInt(file, 16) * SEGMENTS + Math.floor(Number.parseInt(offset, 16) / SEGMENT_BYTES);
}

function hex(value: number): string {
    return value.toString(16).toUpperCase().padStart(8, "0");
}
