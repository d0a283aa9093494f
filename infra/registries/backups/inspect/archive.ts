/** What is stored of a registry according to pgBackRest's own reports: backups, segments of WAL, histories of timelines. Pure. */
import { SEGMENT_BYTES } from "../../disk";

/** What `pgbackrest info --output=json` has of a stanza, as far as it is used here. Times are seconds since 1970. */
export interface StanzaInfo {
    readonly name: string;
    readonly status: { readonly code: number; readonly message: string };
    /** Status of each repository: only this says why one cannot be read. */
    readonly repo?: readonly { readonly status: { readonly message: string } }[];
    /** The databases that it has been of, one after the other, with the major version of each. */
    readonly db: readonly { readonly id: number; readonly version: string }[];
    readonly archive: readonly { readonly id: string; readonly max: string | null }[];
    /** Oldest first. */
    readonly backup: readonly BackupInfo[];
}

export interface BackupInfo {
    readonly label: string;
    /** The one of the stanza's databases that it is of. */
    readonly database: { readonly id: number };
    readonly timestamp: { readonly stop: number };
    /** Names of the first and the last segment that the backup needs. */
    readonly archive: { readonly start: string; readonly stop: string };
    /** Position in the log, such as `1/5000028`, in the first of these segments. */
    readonly lsn: { readonly start: string };
    /** Labels of the backups that hold files of it. */
    readonly reference: readonly string[] | null;
    /** Bytes of the database in it, unpacked. */
    readonly info: { readonly size: number };
}

/** What `pgbackrest repo-ls --output=json` has of a file. */
export type Listing = Readonly<Record<string, { readonly type: string; readonly time?: number }>>;

/** Everything that is stored, as it was listed at one time. */
export interface Archive {
    readonly stanza: StanzaInfo;
    /** Below `archive/<stanza>`. */
    readonly wal: Listing;
    /** Below `backup/<stanza>`. */
    readonly backups: Listing;
    /** Name → content of each `<timeline>.history`; undefined where it is stored and cannot be opened. */
    readonly histories: Readonly<Record<string, string | undefined>>;
}

/** Names of the files in which this is written down; each history has a file of its own name. */
export const FOUND = { info: "info.json", wal: "wal.json", backups: "backups.json", verified: "verified.txt" } as const;

/** A stored segment of WAL. */
export interface Segment {
    /** Timeline and place, 24 hexadecimal digits. */
    readonly name: string;
    /** The place alone, counted from the first. */
    readonly number: number;
    /** When it was stored, in seconds since 1970. */
    readonly time: number;
    /** Its name in the listing. */
    readonly file: string;
}

const SEGMENT = /(?:^|\/)([\dA-F]{24})-[\da-f]{40}(?:\.\w+)?$/;
/** The rest of a timeline that was left. Postgres does not read it, but it shows that another timeline begins in its place. */
const PARTIAL = /(?:^|\/)([\dA-F]{24})\.partial-[\da-f]{40}(?:\.\w+)?$/;
const HISTORY = /(?:^|\/)([\dA-F]{8}\.history)$/;

export function segmentsOf(archive: Pick<Archive, "stanza" | "wal">): Segment[] {
    const log = logOf(archive);
    return Object.entries(archive.wal).flatMap(([file, { time }]) => {
        const name = SEGMENT.exec(file)?.[1];
        return name === undefined || time === undefined ? [] : [{ name, number: log.numberOf(name), time, file }];
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

/** How the segments of a log are named and counted: https://www.postgresql.org/docs/17/wal-internals.html */
export interface Log {
    /** Size of a segment. */
    readonly bytes: number;
    /** A segment's place in the log, whatever the timeline. */
    readonly numberOf: (name: string) => number;
    /** Name of the segment with a number on a timeline. */
    readonly nameOf: (timeline: number, number: number) => string;
    /** Number of the segment that has a position such as `1/5000028`. */
    readonly numberAt: (position: string) => number;
}

/**
 * A database is told the size of its segments when it is made, and only its backups reveal it: by the segment and the position in which one
 * begins.
 */
export function logOf({ stanza: { backup } }: Pick<Archive, "stanza">): Log {
    const fits = (bytes: number): boolean =>
        backup.every(
            ({ archive, lsn }) => logWith(bytes).numberAt(lsn.start) === logWith(bytes).numberOf(archive.start),
        );
    return logWith(backup.length > 0 ? (SIZES.find(fits) ?? SEGMENT_BYTES) : SEGMENT_BYTES);
}

/** All sizes that Postgres accepts, in bytes: https://www.postgresql.org/docs/17/app-initdb.html */
const SIZES = Array.from({ length: 11 }, (_, power) => 2 ** power * 1024 * 1024);

function logWith(bytes: number): Log {
    const inFile = 2 ** 32 / bytes;
    return {
        bytes,
        numberOf: (name) => Number.parseInt(name.slice(8, 16), 16) * inFile + Number.parseInt(name.slice(16, 24), 16),
        nameOf: (timeline, number) => `${hex(timeline)}${hex(Math.floor(number / inFile))}${hex(number % inFile)}`,
        numberAt(position) {
            const [file = "", offset = ""] = position.split("/");
            return Number.parseInt(file, 16) * inFile + Math.floor(Number.parseInt(offset, 16) / bytes);
        },
    };
}

export function timelineOf(name: string): number {
    return Number.parseInt(name.slice(0, 8), 16);
}

export function historyName(timeline: number): string {
    return `${hex(timeline)}.history`;
}

function hex(value: number): string {
    return value.toString(16).toUpperCase().padStart(8, "0");
}
