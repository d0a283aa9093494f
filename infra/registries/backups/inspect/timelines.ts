/**
 * The path through timelines that Postgres takes in a recovery, from the histories that it finds. Pure.
 *
 * It looks for the history of one timeline after the other, starting with the backup's, and stops at the first that it does not find. It
 * does not know of what was written later, and ends well without it. So the path that it takes is compared with the one that leads to the
 * newest timeline of which anything is stored.
 * @see `findNewestTimeLine` and `readTimeLineHistory` in https://github.com/postgres/postgres/blob/REL_17_STABLE/src/backend/access/transam/timeline.c
 */
import { type Archive, historyName, logOf, partialsOf, segmentsOf, timelineOf } from "./archive";

/** A stretch of the path, up to where the next one begins. */
interface Stretch {
    readonly timeline: number;
    /** Number of the segment in which it begins, which also has what came before in it. */
    readonly begins: number;
}

/** In order. */
export type Path = readonly Stretch[];

export interface Route {
    readonly path: Path;
    /** Histories that Postgres would need to take this path, and does not have; the first few. */
    readonly lacking: readonly { readonly name: string; readonly what: "missing" | "damaged" }[];
    /** Number of the first segment that it then takes from another timeline. */
    readonly astray: number;
}

/** The route from a backup on timeline `base` to the newest timeline. */
export function routeFrom(base: number, archive: Archive): Route {
    const known = [...new Set([base, ...timelinesIn(archive)])].sort((one, other) => one - other);
    const newest = known.at(-1) ?? base;
    const path = pathTo(newest, known, archive);
    const lacking: Route["lacking"][number][] = [];
    for (let timeline = base + 1; timeline <= newest && lacking.length < SHOWN; timeline += 1) {
        const name = historyName(timeline);
        if (parentsIn(archive, name) === undefined) {
            lacking.push({ name, what: name in archive.histories ? "damaged" : "missing" });
        }
    }
    const [first] = lacking;
    if (first === undefined) {
        return { path, lacking, astray: Infinity };
    }
    const taken = pathTo(timelineOf(first.name) - 1, known, archive);
    const forks = [...path, ...taken]
        .map(({ begins }) => begins)
        .filter((number) => ownerOf(path, number) !== ownerOf(taken, number));
    return { path, lacking, astray: Math.min(...forks) };
}

const SHOWN = 8;

/** The timeline from which Postgres reads the segment: the last that has begun by then. */
export function ownerOf(path: Path, number: number): number | undefined {
    return path.findLast(({ begins }) => begins <= number)?.timeline;
}

/**
 * Number of the segment in which the path leaves a timeline; undefined where the timeline is not on the path, infinite where the path stays
 * on it.
 */
export function endOf(path: Path, timeline: number): number | undefined {
    const index = path.findIndex((stretch) => stretch.timeline === timeline);
    return index < 0 ? undefined : (path[index + 1]?.begins ?? Infinity);
}

/** Every timeline of which there is a trace. */
function timelinesIn(archive: Archive): number[] {
    const { stanza, wal, histories } = archive;
    return [
        ...Object.keys(histories).map(timelineOf),
        ...segmentsOf(archive).map(({ name }) => timelineOf(name)),
        ...stanza.backup.map(({ archive }) => timelineOf(archive.stop)),
        // This timeline was left for a later one.
        ...partialsOf(wal).map((name) => timelineOf(name) + 1),
    ];
}

/** @param known timelines, in order */
function pathTo(timeline: number, known: readonly number[], archive: Archive): Path {
    const parents = parentsIn(archive, historyName(timeline));
    if (parents !== undefined) {
        return [...parents, { timeline, ends: Infinity }].map((stretch, index) => ({
            timeline: stretch.timeline,
            begins: parents[index - 1]?.ends ?? 0,
        }));
    }
    const before = known.findLast((other) => other < timeline);
    if (before === undefined) {
        return [{ timeline, begins: 0 }];
    }
    // Only its own history would say where it begins. As far as can be told, that is in its first segment.
    const traces = [
        ...segmentsOf(archive).map(({ name }) => name),
        ...archive.stanza.backup.map((backup) => backup.archive.start),
    ];
    const begins = [
        ...traces.filter((name) => timelineOf(name) === timeline),
        ...partialsOf(archive.wal).filter((name) => timelineOf(name) === before),
    ].reduce((first, name) => Math.min(first, logOf(archive).numberOf(name)), Infinity);
    return [...pathTo(before, known, archive), { timeline, begins }];
}

/** What a history says of the timelines before it; undefined where it is missing, or is no history. */
function parentsIn(
    archive: Archive,
    name: string,
): readonly { readonly timeline: number; readonly ends: number }[] | undefined {
    const lines = (archive.histories[name] ?? "")
        .split("\n")
        .filter((line) => line.trim() !== "" && !line.startsWith("#"));
    const parents = lines.flatMap((line) => {
        const [, timeline, position] = PARENT.exec(line) ?? [];
        return timeline === undefined || position === undefined
            ? []
            : [{ timeline: Number(timeline), ends: logOf(archive).numberAt(position) }];
    });
    return lines.length > 0 && parents.length === lines.length ? parents : undefined;
}

const PARENT = /^\s*(\d+)\s+([\dA-F]+\/[\dA-F]+)(?:\s|$)/;
