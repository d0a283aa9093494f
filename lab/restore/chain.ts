/**
 * What a restore to an instant takes of what is stored: one backup, those that it refers to, and every segment of WAL from
 * there on. Postgres ends without a word at a segment that is not there, so that is looked for before anything is made. Pure.
 */
import { LabError } from "../errors";
import type { Damage } from "./damage";
import { type Listing, type Segment, type StanzaInfo, numberOf, segmentBytes, segmentsOf } from "./range";

export interface Chain {
    /** Labels: the backup, and those that hold files of it. */
    readonly backups: readonly string[];
    /** In order. */
    readonly segments: readonly Link[];
    /** Bytes that a member has on its disk with all of it. */
    readonly bytes: number;
}

interface Link extends Pick<Segment, "name"> {
    /** When it was stored, in seconds since 1970; undefined where it is not. */
    readonly time: number | undefined;
}

/**
 * @param at is in the stanza's range; undefined for all that is stored
 * @param isCopy the listing's times are those of copying, and tell nothing of what is in a segment: all are taken
 */
export function chainTo(at: Date | undefined, { backup }: StanzaInfo, wal: Listing, isCopy = false): Chain {
    const base = backup.filter(({ timestamp }) => at === undefined || timestamp.stop * 1000 <= at.getTime()).at(-1);
    if (base === undefined) {
        return { backups: [], segments: [], bytes: 0 };
    }
    const stored = segmentsOf(wal);
    const byNumber = new Map(stored.map((segment) => [segment.number, segment]));
    const size = segmentBytes(stored);
    const first = numberOf(base.archive.start, size);
    // The instant is in the first segment that was stored after it, at the latest.
    const isAfter = ({ time }: Segment): boolean => at !== undefined && !isCopy && time * 1000 > at.getTime();
    const last = stored.filter((segment) => segment.number >= first && isAfter(segment));
    const end = Math.min(...last.map(({ number }) => number), Math.max(...byNumber.keys()));
    let timeline = base.archive.start.slice(0, TIMELINE);
    const segments = Array.from({ length: Math.max(0, end - first + 1) }, (_, index) => {
        const segment = byNumber.get(first + index);
        timeline = segment?.name.slice(0, TIMELINE) ?? timeline;
        return { name: segment?.name ?? nameOf(timeline, first + index, size), time: segment?.time };
    });
    const log = Math.min(segments.length * size, LOG_BYTES);
    return { backups: [base.label, ...(base.reference ?? [])], segments, bytes: base.info.size + log };
}

/**
 * @param at as it was asked for
 * @throws LabError that names what of the chain is missing or damaged, and until when there is enough
 */
export function refuseBroken(registry: string, at: Date | undefined, chain: Chain, damage: readonly Damage[]): void {
    const ofBackups = damage.filter(({ object }) => chain.backups.some((label) => isOf(label, object)));
    const ofWal = chain.segments.flatMap(({ name, time }) => {
        if (time === undefined) {
            return [{ object: name, what: "missing" }];
        }
        return damage.filter(({ object }) => object.includes(name));
    });
    const broken = [...ofBackups, ...ofWal];
    if (broken.length === 0) {
        return;
    }
    const breach = chain.segments.findIndex(({ name }) => ofWal.some(({ object }) => object.includes(name)));
    const until = ofBackups.length === 0 ? chain.segments[breach - 1]?.time : undefined;
    throw new LabError(
        [
            `${registry} cannot be restored to ${at?.toISOString() ?? "the last instant"}: of what that takes, ` +
                `${broken.length} stored ${broken.length === 1 ? "version is" : "versions are"} missing or damaged:`,
            ...broken.slice(0, SHOWN).map(({ object, what }) => `  ${object}: ${what}`),
            ...(broken.length > SHOWN ? [`  and ${broken.length - SHOWN} more`] : []),
            `Restore from the other site's store (--from)` +
                (until === undefined
                    ? ", or to an instant that takes another backup (--at)."
                    : `, or to an instant before ${new Date(until * 1000).toISOString()} (--at).`),
        ].join("\n"),
    );
}

const SHOWN = 8;
/** Of the log that a member keeps: `max_wal_size` as Postgres has it of itself. */
const LOG_BYTES = 1024 * 1024 * 1024;
/** Hexadecimal digits of a segment's name that are its timeline: https://www.postgresql.org/docs/15/wal-internals.html */
const TIMELINE = 8;

function isOf(label: string, object: string): boolean {
    return object === label || object.startsWith(`${label}/`);
}

function nameOf(timeline: string, number: number, bytes: number): string {
    const inLog = 2 ** 32 / bytes;
    const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
    return `${timeline}${hex(Math.floor(number / inLog))}${hex(number % inLog)}`;
}
