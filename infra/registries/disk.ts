/**
 * What a member's disk holds, and the limit of each part. The limits follow from the disk's size, and a preview refuses a disk that has no
 * room for {@link DAYS_ALONE} days of WAL that nobody takes. Pure. docs/disks.md is generated from it.
 */
import type { RecoverySection } from "./backups/config";
import { type RegistriesSection, registryOf } from "./config";
import { InputError } from "../conventions/errors";
import { DAYS_ALONE } from "../keys/config";
import { amount } from "../conventions/quantity";

export const MIB = 1024 * 1024;
export const GIB = 1024 * MIB;
const DAY_SECONDS = 86_400;

/**
 * Bytes of a WAL segment in a new database (`initdb --wal-segsize`). A registry at rest commits a heartbeat each second and so fills a
 * segment at each archiveTimeout, however large it is: with Postgres' own 16 MiB that would be 23 GB a day.
 */
export const SEGMENT_BYTES = MIB;
/** WAL segment of a database that was made with Postgres' default, or is restored from one. */
export const FORMER_SEGMENT_BYTES = 16 * MIB;

/** Shares of a member's disk. The remainder is for the file system and for small files. */
const SHARES = {
    /** All WAL together. The longest part of it holds the others as well, because all are ends of the same log. */
    wal: 1 / 2,
    /** WAL that only one of the two stores has not taken; beyond it, the store that has it is enough. */
    oneStore: 1 / 4,
    /** WAL that only a member that is away has not received; beyond it, the member is rebuilt from a copy. */
    member: 1 / 4,
    /** Its tables and indexes. */
    data: 2 / 5,
    /** Sorts and joins of one session that do not fit in memory. */
    temporary: 1 / 20,
} as const;

/** Bytes that Postgres writes between two checkpoints, and bytes that it keeps for followers without a slot. */
const CHECKPOINT_BYTES = GIB;
const KEPT_BYTES = 256 * MIB;
/** WAL that pgBackRest fetches ahead: its own default, set explicitly so that it stays. */
export const FETCHED_AHEAD_BYTES = 128 * MIB;

export interface DiskLimits {
    readonly wal: number;
    readonly oneStore: number;
    readonly member: number;
    readonly temporary: number;
    readonly checkpoint: number;
    readonly kept: number;
}

/** @param storage of the disk, a quantity @returns bytes */
export function diskLimits(storage: string): DiskLimits {
    const of = (share: number): number => Math.floor((amount(storage) * share) / MIB) * MIB;
    return {
        wal: of(SHARES.wal),
        oneStore: of(SHARES.oneStore),
        member: of(SHARES.member),
        temporary: of(SHARES.temporary),
        checkpoint: CHECKPOINT_BYTES,
        kept: KEPT_BYTES,
    };
}

type Declared = RecoverySection & RegistriesSection;

/** Bytes of WAL that a registry writes in a day, at most: what is declared, and a segment that is cut short at each archiveTimeout. */
export function walPerDay(registry: string, config: Declared): number {
    const { walPerDay: declared, walSegment } = registryOf(config, registry);
    return amount(declared) + (DAY_SECONDS / config.recovery.archiveTimeout) * amount(walSegment);
}

/** Something on a disk besides the data. */
export interface Holder {
    readonly name: string;
    readonly bytes: number;
    /** Where the limit comes from. */
    readonly from: string;
    /** Days until it is reached; undefined where time is not what fills it. */
    readonly days: number | undefined;
    /** What happens then. */
    readonly then: string;
}

/** What fills the disk of each member of the registry. */
export function diskHolders(registry: string, config: Declared): Holder[] {
    const limits = diskLimits(registryOf(config, registry).storage);
    const perDay = walPerDay(registry, config);
    return [
        {
            name: "WAL that no store takes",
            bytes: limits.wal - limits.checkpoint - limits.kept,
            from: "half of the disk, less what Postgres keeps",
            days: (limits.wal - limits.checkpoint - limits.kept) / perDay,
            then: "kept on, as nothing else has it, in the room that the data leave",
        },
        {
            name: "WAL that one of two stores does not take",
            bytes: limits.oneStore,
            from: "`archive_command`, a quarter of the disk",
            days: limits.oneStore / perDay,
            then: "released once the other store has it; the one that was away is whole again from its next backup on",
        },
        {
            name: "WAL for a member that is away",
            bytes: limits.member,
            from: "`max_slot_wal_keep_size`, a quarter of the disk",
            days: limits.member / perDay,
            then: "released; the member is made anew from a copy when it is back",
        },
        {
            name: "WAL between checkpoints",
            bytes: limits.checkpoint,
            from: "`max_wal_size`",
            days: undefined,
            then: "a checkpoint, and released",
        },
        {
            name: "WAL for who follows without a slot",
            bytes: limits.kept,
            from: "`wal_keep_size`",
            days: undefined,
            then: "released; it takes what is stored, from either store",
        },
        {
            name: "WAL fetched ahead of a replay, from each store",
            bytes: FETCHED_AHEAD_BYTES,
            from: "`archive-get-queue-max`",
            days: undefined,
            then: "fetched later",
        },
        {
            name: "temporary files of one session",
            bytes: limits.temporary,
            from: "`temp_file_limit`, a twentieth of the disk",
            days: undefined,
            then: "the query fails",
        },
    ];
}

/** Disks that have no room for the data, or for the WAL of the days that a site must go on alone, a line each. */
export function tooSmall(config: Declared): string[] {
    const { checkpoint, kept } = diskLimits("1");
    return Object.entries(config.registries).flatMap(
        ([registry, { storage, data, walPerDay: declared, walSegment }]) => {
            const wal = DAYS_ALONE * walPerDay(registry, config) + checkpoint + kept;
            const least = Math.ceil(Math.max(wal / SHARES.wal, amount(data) / SHARES.data) / GIB);
            return amount(storage) >= least * GIB
                ? []
                : [
                      `data-embassy:registries.${registry}.storage is "${storage}"; it must be ${least}Gi or more: half of it holds the WAL of ` +
                          `${DAYS_ALONE} days that no store and no member takes (walPerDay: ${declared}, and a segment of ${walSegment} each ` +
                          `${config.recovery.archiveTimeout} s, recovery.archiveTimeout), and two fifths the data (data: ${data})`,
                  ];
        },
    );
}

/** @throws InputError with a line for each disk that would fill, and the size that would do */
export function refuseTooSmall(site: string, problems: readonly string[]): void {
    if (problems.length > 0) {
        const lines = problems.map((problem) => `  - ${problem}`);
        throw new InputError([`${site} has disks that would fill; nothing was changed:`, ...lines].join("\n"));
    }
}

/** A table in Markdown. */
export function diskTable(all: readonly Holder[]): string {
    const timed = all.some(({ days }) => days !== undefined);
    const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    const columns = ["what holds it", "up to", "by", ...(timed ? ["full after, at the declared rate"] : []), "then"];
    const rows = all.map(({ name, bytes, from, days, then }) => {
        const after = days === undefined ? "" : `${Math.floor(days)} days`;
        return row([name, size(bytes), from, ...(timed ? [after] : []), then]);
    });
    return [row(columns), `|${columns.map(() => "---|").join("")}`, ...rows].join("\n");
}

function size(bytes: number): string {
    return bytes >= GIB ? `${Math.round((bytes / GIB) * 10) / 10} GiB` : `${Math.round(bytes / MIB)} MiB`;
}
