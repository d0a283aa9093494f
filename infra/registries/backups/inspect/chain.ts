/**
 * What a restore takes of what is stored: one backup, those that it refers to, every segment of WAL from there on, and the histories of the
 * timelines on its way. Postgres ends silently at the first segment or history that it does not find, and `pgbackrest verify` looks only at
 * what is there, so that all of it is counted here. Pure.
 */
import { type Archive, type BackupInfo, type Segment, logOf, segmentsOf, timelineOf } from "./archive";
import type { Damage } from "./damage";
import { endOf, ownerOf, routeFrom } from "./timelines";

export interface Chain {
    /** Labels of the backup and of those that hold files of it. */
    readonly backups: readonly string[];
    /** In order. */
    readonly segments: readonly Link[];
    /** What is wrong with it, as far as that can be told from names and histories. */
    readonly faults: readonly Fault[];
    /** Size of each segment. */
    readonly segmentBytes: number;
    /** Bytes on a member's disk with all of it. */
    readonly bytes: number;
}

interface Link extends Pick<Segment, "name" | "number"> {
    /** Where it is stored (its name in the listing), and when, in seconds since 1970. */
    readonly stored: Pick<Segment, "file" | "time"> | undefined;
}

interface Fault extends Damage {
    /** Number of the first segment that cannot be reached without what is at fault. */
    readonly number: number;
}

/** The chain of segments from a backup on, along the timelines that Postgres follows. */
export function chainFrom(base: BackupInfo, archive: Archive): Chain {
    const { stanza } = archive;
    const { numberOf, nameOf, bytes } = logOf(archive);
    const first = numberOf(base.archive.start);
    const timeline = timelineOf(base.archive.stop);
    const { path, lacking, astray } = routeFrom(timeline, archive);
    const isOnPath = (name: string): boolean => ownerOf(path, numberOf(name)) === timelineOf(name);
    const left = endOf(path, timeline);
    const stored = new Map<string, Segment[]>();
    segmentsOf(archive).forEach((segment) => stored.set(segment.name, [...(stored.get(segment.name) ?? []), segment]));
    // The chain goes as far as there is a record of it: a segment, a backup that ends with it, or a timeline that has begun.
    const end = [
        ...[...stored.keys(), ...stanza.backup.map((backup) => backup.archive.stop)].filter(isOnPath).map(numberOf),
        ...path.map(({ begins }) => begins).filter(Number.isFinite),
    ].reduce((last, number) => Math.max(last, number), numberOf(base.archive.stop));
    const segments = Array.from({ length: Math.max(0, end - first + 1) }, (_, index): Link => {
        const number = first + index;
        const name = nameOf(ownerOf(path, number) ?? timeline, number);
        return { name, number, stored: stored.get(name)?.[0] };
    });
    const backups = [base.label, ...(base.reference ?? [])];
    const ofBackup = [
        ...(left === undefined || left < numberOf(base.archive.stop)
            ? [{ object: base.label, what: `is of timeline ${timeline}, which was left before: Postgres refuses it` }]
            : []),
        ...backups.flatMap((label) => {
            if (!stanza.backup.some((known) => known.label === label)) {
                return [{ object: label, what: "missing in backup.info" }];
            }
            const manifest = `${label}/backup.manifest`;
            return manifest in archive.backups ? [] : [{ object: manifest, what: "missing" }];
        }),
    ].map((damage) => ({ ...damage, number: first }));
    const faults = [
        ...ofBackup,
        ...lacking.map(({ name, what }) => ({ object: name, what, number: astray })),
        ...segments.flatMap(({ name, number }) => {
            const copies = stored.get(name)?.length ?? 0;
            // Where two copies differ, pgBackRest gives neither.
            return copies === 1 ? [] : [{ object: name, what: copies === 0 ? "missing" : "stored twice", number }];
        }),
    ];
    return sized({ backups, segments, faults, segmentBytes: bytes }, base);
}

/** The part of a chain that is needed up to a segment. */
export function upTo(number: number, chain: Chain, base: BackupInfo): Chain {
    return sized(
        {
            ...chain,
            segments: chain.segments.filter((segment) => segment.number <= number),
            faults: chain.faults.filter((fault) => fault.number <= number),
        },
        base,
    );
}

/** All that is wrong with a chain. @param damage all damage in the store, as `pgbackrest verify` finds it */
export function brokenIn({ backups, segments, faults }: Chain, damage: readonly Damage[]): Damage[] {
    const names = new Set(segments.map(({ name }) => name));
    const isTaken = ({ object }: Damage): boolean =>
        backups.some((label) => object === label || object.startsWith(`${label}/`)) ||
        names.has(/[\dA-F]{24}(?=-|$)/.exec(object)?.[0] ?? "");
    const named = faults.map(({ object, what }) => ({ object, what }));
    return [
        ...named,
        ...damage.filter((found) => isTaken(found) && !named.some(({ object }) => object === found.object)),
    ];
}

function sized(chain: Omit<Chain, "bytes">, { info }: BackupInfo): Chain {
    return { ...chain, bytes: info.size + Math.min(chain.segments.length * chain.segmentBytes, LOG_BYTES) };
}

/** WAL that a member keeps: the default of `max_wal_size` in Postgres. */
const LOG_BYTES = 1024 * 1024 * 1024;
