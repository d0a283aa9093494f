/** A store with five timelines, as pgBackRest lists a real one. Each timeline has whole segments, and was left in the middle of the next. */
import { POSTGRES_MAJOR } from "../../../../../infra/conventions/postgres";
import type { Archive, BackupInfo, Listing } from "../../../../../infra/registries/backups/inspect/archive";

const HASH = "a".repeat(40);
/** The only database that the store has been of. */
const DATABASE = { id: 1, version: POSTGRES_MAJOR };
/** The folder of its WAL in the store. */
export const ID = `${DATABASE.version}-${DATABASE.id}`;

/** The path of a segment in the archive. @param name of a whole or partial segment */
export function file(name: string): string {
    return `${ID}/${name.slice(0, 16)}/${name}-${HASH}.zst`;
}

export function backup(label: string, stop: number, start: string, reference: string[] | null = null): BackupInfo {
    // Segments have 16 MiB, so the last two digits of a name are the first two of the offset.
    const lsn = { start: `0/${start.slice(22)}000028` };
    return {
        label,
        database: { id: DATABASE.id },
        timestamp: { stop },
        archive: { start, stop: start },
        lsn,
        reference,
        info: { size: 1_000 },
    };
}

const name = (timeline: number, number: number): string =>
    `0000000${timeline}00000000000000${number.toString(16).toUpperCase().padStart(2, "0")}`;

/** Timeline n has the whole segments from 3n − 1 to 3n + 1. Segment 3n + 2 is the first of the next timeline. */
export const SEGMENTS = [1, 2, 3, 4, 5].flatMap((timeline) =>
    [3 * timeline - 1, 3 * timeline, 3 * timeline + 1].map((number) => name(timeline, number)),
);
const partials = [1, 2, 3, 4].map((timeline) => `${name(timeline, 3 * timeline + 2)}.partial`);
const parents = (timeline: number): string =>
    [1, 2, 3, 4]
        .slice(0, timeline - 1)
        .map(
            (parent) =>
                `${parent}\t0/${(3 * parent + 2).toString(16).toUpperCase()}0000A0\tno recovery target specified\n`,
        )
        .join("\n");

export const FULL = "20261129-070456F";
export const DIFFERENTIAL = `${FULL}_20261129-070502D`;

/** A listing in which segment n was stored at the time 1000 + 100 n. */
export function listing(...names: readonly string[]): Listing {
    return Object.fromEntries(
        names.map((segment) => [
            file(segment),
            { type: "file", time: 1_000 + 100 * Number.parseInt(segment.slice(16, 24), 16) },
        ]),
    );
}

export const ARCHIVE: Archive = {
    stanza: {
        name: "population",
        status: { code: 0, message: "ok" },
        db: [DATABASE],
        archive: [{ id: ID, max: SEGMENTS.at(-1) ?? null }],
        backup: [backup(FULL, 1_250, name(1, 2)), backup(DIFFERENTIAL, 1_950, name(3, 9), [FULL])],
    },
    wal: {
        ...listing(...SEGMENTS, ...partials),
        ...Object.fromEntries(
            [2, 3, 4, 5].map((timeline) => [`${ID}/0000000${timeline}.history`, { type: "file", time: 0 }]),
        ),
    },
    backups: Object.fromEntries(
        [FULL, DIFFERENTIAL].map((label) => [`${label}/backup.manifest`, { type: "file", time: 0 }]),
    ),
    histories: Object.fromEntries([2, 3, 4, 5].map((timeline) => [`0000000${timeline}.history`, parents(timeline)])),
};

/** The archive without some files of its log, which may be histories. */
export function without(archive: Archive, ...gone: readonly string[]): Archive {
    const rest = <T>(entries: Readonly<Record<string, T>>): Record<string, T> =>
        Object.fromEntries(Object.entries(entries).filter(([key]) => !gone.some((part) => key.includes(part))));
    return { ...archive, wal: rest(archive.wal), histories: rest(archive.histories) };
}
