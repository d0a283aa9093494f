/** Checks, before anything is made, that the stored files that a restore needs are whole. */
import { type Instant, instantAt, secondsOf } from "../infra/conventions/instant";
import type { Archive, BackupInfo } from "../infra/registries/backups/inspect/archive";
import { type Chain, brokenIn } from "../infra/registries/backups/inspect/chain";
import type { Damage } from "../infra/registries/backups/inspect/damage";
import { LabError } from "../lab/errors";

/** When the last transaction of a stored segment ended; undefined where that is not known. */
type LastTransaction = (file: string) => Promise<Instant | undefined>;

/** The backup from which pgBackRest starts: the last that ended in an earlier second. @param at undefined for everything that is stored */
export function baseFor(at: Instant | undefined, { stanza }: Archive): BackupInfo | undefined {
    return stanza.backup.findLast(({ timestamp }) => at === undefined || timestamp.stop < secondsOf(at));
}

/**
 * The first segment in which a transaction ended after an instant: Postgres reads as far as that, and no farther. The search starts with the
 * first segment that was stored later, which is the right one unless segments waited for the store or were copied since.
 *
 * @returns number of the segment; the last one of the chain where there is none
 */
export async function segmentAfter(at: Instant, { segments }: Chain, last: LastTransaction): Promise<number> {
    const isLater = async (index: number): Promise<boolean> => {
        const file = segments[index]?.stored?.file;
        const ended = file === undefined ? undefined : await last(file);
        return ended !== undefined && ended > at;
    };
    const storedLater = segments.findIndex(({ stored }) => stored !== undefined && instantAt(stored.time) > at);
    let [low, high] = [0, storedLater < 0 ? segments.length - 1 : storedLater];
    for (let step = 1; high < segments.length - 1 && !(await isLater(high)); step *= 2) {
        low = high + 1;
        high = Math.min(high + step, segments.length - 1);
    }
    if (low > 0 || storedLater < 0) {
        while (low < high) {
            const middle = Math.floor((low + high) / 2);
            if (await isLater(middle)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
    }
    return segments[high]?.number ?? 0;
}

/**
 * @param at the instant as the user has given it
 * @param damage damage that pgBackRest has found
 * @throws LabError that names what of the chain is missing or damaged, and the time until which there is enough
 */
export async function refuseBroken(
    registry: string,
    at: Instant | undefined,
    chain: Chain,
    damage: readonly Damage[],
    last: LastTransaction,
): Promise<void> {
    const broken = brokenIn(chain, damage);
    if (broken.length === 0) {
        return;
    }
    const isOfBackup = broken.some(({ object }) => chain.backups.some((label) => object.startsWith(label)));
    const until = isOfBackup ? undefined : await lastBefore(broken, chain, last);
    throw new LabError(
        [
            `${registry} cannot be restored to ${at ?? "the last instant"}: of what that takes, ` +
                `${broken.length} stored ${broken.length === 1 ? "file is" : "files are"} missing or damaged:`,
            ...broken.slice(0, SHOWN).map(({ object, what }) => `  ${object}: ${what}`),
            ...(broken.length > SHOWN ? [`  and ${broken.length - SHOWN} more`] : []),
            `Restore from the other site's store (--from)` +
                (until === undefined
                    ? ", or to an instant that takes another backup (--at)."
                    : `, or to an instant before ${until} (--at).`),
        ].join("\n"),
    );
}

/** When the last transaction ended before the broken part. */
async function lastBefore(
    broken: readonly Damage[],
    { segments, faults }: Chain,
    last: LastTransaction,
): Promise<Instant | undefined> {
    const breach = segments.find(({ name }) => broken.some(({ object }) => object.includes(name)))?.number ?? Infinity;
    const first = faults.reduce((least, { number }) => Math.min(least, number), breach);
    for (const { stored } of segments.filter(({ number }) => number < first).toReversed()) {
        const ended = stored && (await last(stored.file));
        if (ended !== undefined) {
            return ended;
        }
    }
    return undefined;
}

const SHOWN = 8;
