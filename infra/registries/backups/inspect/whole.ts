/** Whether all that is stored can be restored from. It finds what would fail a restore before one is needed. Pure. */
import { type Archive, type BackupInfo, historyFilesOf, segmentsOf } from "./archive";
import { type Chain, chainFrom } from "./chain";
import { type Damage, NO_MANIFEST } from "./damage";

export interface Wholeness {
    /** What a restore would miss. */
    readonly broken: readonly Damage[];
    /** Damage because of which not all instants before the newest full backup can be restored, as where a store was away and is whole again since. */
    readonly before: readonly Damage[];
}

/**
 * @param damage of all that is stored, as `pgbackrest verify` finds it
 * @param now seconds since 1970
 */
export function wholenessOf(archive: Archive, damage: readonly Damage[], now: number): Wholeness {
    const { backup } = archive.stanza;
    if (backup.length === 0) {
        return { broken: distinct([{ object: "backup.info", what: "lists no backup" }, ...damage]), before: [] };
    }
    const ofBackups = damage.filter((found) => !isUnfinished(found, archive));
    const newestFull = Math.max(
        backup.findLastIndex(({ label }) => label.endsWith("F")),
        0,
    );
    const faultsOf = (base: BackupInfo): Damage[] => settled(chainFrom(base, archive), archive, now);
    const broken = distinct([...ofBackups, ...backup.slice(newestFull).flatMap(faultsOf)]);
    const before = distinct(backup.slice(0, newestFull).flatMap(faultsOf));
    return { broken, before: before.filter(({ object }) => !broken.some((known) => known.object === object)) };
}

/**
 * What an interrupted backup leaves: a folder without the list of files, which is stored last. A store that keeps versions still names the
 * folder when the files are gone. No list of backups has it, so that no restore reads it. In a backup that is listed, it is damage.
 */
function isUnfinished({ object, what }: Damage, { stanza }: Archive): boolean {
    return what === NO_MANIFEST && !stanza.backup.some(({ label }) => label === object);
}

/** The faults without the segments of a timeline that has only just begun, because those are on their way. */
function settled({ faults }: Chain, archive: Archive, now: number): Damage[] {
    const { wal } = archive;
    const begun = historyFilesOf(wal).some(({ file }) => (wal[file]?.time ?? 0) > now - ON_ITS_WAY_SECONDS);
    const last = segmentsOf(archive).reduce((most, { number }) => Math.max(most, number), 0);
    return faults
        .filter(({ what, number }) => !(begun && what === "missing" && number >= last))
        .map(({ object, what }) => ({ object, what }));
}

/** The time within which a finished WAL segment must be in the archive: archiving is retried, and earlier segments go first. */
export const ON_ITS_WAY_SECONDS = 600;

function distinct(damage: readonly Damage[]): Damage[] {
    return [...new Map(damage.map((found) => [found.object, found])).values()];
}
