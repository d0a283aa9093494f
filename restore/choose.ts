/** Chooses what of a site's stored data is restored: up to which instant, with which keys, and whether that is whole. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Registry } from "../data/registries";
import { registryOf } from "../infra/registries/config";
import type { EmbassyConfig } from "../infra/site/config";
import { type Instant, instantAt, secondsOf } from "../infra/conventions/instant";
import { segmentsOf } from "../infra/registries/backups/inspect/archive";
import { type Chain, chainFrom, upTo } from "../infra/registries/backups/inspect/chain";
import { LabError } from "../lab/errors";
import { baseFor, refuseBroken, segmentAfter } from "./chain";
import type { Keys } from "./keys";
import { type Backups, damaged, backupsOf } from "./look";
import { NotYet, type Range, checkInstant, commonInstant, rangeOf, reaching } from "./range";
import type { Source } from "./source";
import type { Stamp } from "./stamp";
import { refuseOtherVersion } from "./version";

export interface Wanted {
    readonly source: Source;
    readonly registries: readonly Registry[];
    readonly keys: Keys;
    /** The instant as the user has given it, where there is one. */
    readonly at: Instant | undefined;
    /** Seconds to wait for what is not stored yet. */
    readonly wait: number;
}

export interface Chosen {
    /** One instant for all registries; undefined for everything that is stored. */
    readonly at: Instant | undefined;
    /** Registry → the period that can be restored. */
    readonly ranges: Readonly<Record<string, Range>>;
    readonly generations: Stamp["generations"];
    /** Bytes that this takes on the disks of all members. */
    readonly bytes: number;
}

/** @throws LabError where the instant is not stored, or the chain is not whole */
export async function choose(wanted: Wanted, config: Pick<EmbassyConfig, "recovery" | "registries">): Promise<Chosen> {
    const { source, keys, at: asked } = wanted;
    const { at, chosen } = await reachable(wanted, config.recovery.archiveTimeout);
    let bytes = 0;
    for (const { registry, all, stored } of chosen) {
        const chain = await taken(asked, at, stored);
        const lost = asked === undefined ? newerThan(stored, all, chain) : [];
        const damage = await damaged(source, registry, keys.of(registry, stored.generation));
        const faults = [...chain.faults, ...lost];
        await refuseBroken(registry, asked, { ...chain, faults }, damage, stored.lastTransaction);
        bytes += chain.bytes * registryOf(config, registry).members;
    }
    const generations = chosen.map(({ registry, all: [newest], stored }) => [
        registry,
        { read: stored.generation, newest: newest.generation },
    ]);
    return {
        at,
        ranges: rangesOf(chosen),
        generations: Object.fromEntries(generations) as Stamp["generations"],
        bytes,
    };
}

interface Choice {
    readonly registry: Registry;
    /** The newest comes first. */
    readonly all: readonly [Backups, ...Backups[]];
    /** The stored data that the restore takes. */
    readonly stored: Backups;
    readonly range: Range;
}

/** Looks until the instant is stored, or waiting for it is over. @throws LabError */
async function reachable(
    { source, registries, keys, at: asked, wait }: Wanted,
    segmentSeconds: number,
): Promise<{ readonly at: Instant | undefined; readonly chosen: readonly Choice[] }> {
    for (const until = Date.now() + wait * 1000; ;) {
        const stored: (readonly [registry: Registry, all: Choice["all"], ranged: readonly [Ranged, ...Ranged[]]])[] =
            [];
        for (const registry of registries) {
            const all = await backupsOf(source, registry, (which) => keys.of(registry, which));
            stored.push([registry, all, await rangedOf(all)]);
        }
        const at = asked ?? commonInstant(stored.map(([, , [newest]]) => newest.range));
        const chosen = stored.map(([registry, all, ranged]) => ({ registry, all, ...reaching(at, ranged) }));
        const now = instantAt(Math.floor(Date.now() / 1000));
        try {
            if (at !== undefined) {
                checkInstant(at, rangesOf(chosen), { segmentSeconds, now, isCopy: source.isCopy });
            }
            return { at, chosen };
        } catch (error) {
            // It does not wait where it would have to wait longer than that anyway.
            if (!(error instanceof NotYet) || Math.max(Date.now(), secondsOf(error.due) * 1000) >= until) {
                throw error;
            }
        }
        await sleep(POLL_MS);
    }
}

const POLL_MS = 2_000;

type Ranged = Pick<Choice, "stored" | "range">;

/** The ranges of the generations that have a backup, or of the newest where none has. @throws LabError where there is nothing to restore */
async function rangedOf([newest, ...before]: Choice["all"]): Promise<[Ranged, ...Ranged[]]> {
    const [first = newest, ...others] = [newest, ...before].filter(({ stanza }) => stanza.backup.length > 0);
    const ranged = async (stored: Backups): Promise<Ranged> => ({
        stored,
        range: rangeOf(stored, await lastOf(stored)),
    });
    const all: [Ranged, ...Ranged[]] = [await ranged(first)];
    for (const other of others) {
        all.push(await ranged(other));
    }
    return all;
}

/** When the last of all stored transactions ended that a restore reaches. */
async function lastOf(stored: Backups): Promise<Instant | undefined> {
    const base = baseFor(undefined, stored);
    if (base === undefined) {
        return undefined;
    }
    refuseOtherVersion(stored.stanza, base);
    for (const { stored: file } of chainFrom(base, stored).segments.toReversed()) {
        const last = file && (await stored.lastTransaction(file.file));
        if (last !== undefined) {
            return last;
        }
    }
    return undefined;
}

/** The chain that is restored; without a requested instant it includes everything that was stored later, so nothing of that may be missing. */
async function taken(asked: Instant | undefined, at: Instant | undefined, stored: Backups): Promise<Chain> {
    const base = baseFor(at, stored);
    if (base === undefined) {
        throw new LabError(
            `No backup of ${stored.stanza.name} ended before ${at ?? "now"}: give a later instant with --at.`,
        );
    }
    refuseOtherVersion(stored.stanza, base);
    const chain = chainFrom(base, stored);
    return asked === undefined ? chain : upTo(await segmentAfter(asked, chain, stored.lastTransaction), chain, base);
}

/** The faults of later WAL that is stored with newer keys, without a backup on which it could be replayed. */
function newerThan({ generation }: Backups, all: readonly Backups[], { segments }: Chain): Chain["faults"] {
    const last = segments.at(-1)?.number ?? 0;
    return all.flatMap((other) => {
        const newest = segmentsOf(other).reduce((most, { number }) => Math.max(most, number), 0);
        return other.generation > generation && other.stanza.backup.length === 0 && newest > last
            ? [
                  {
                      object: `backup.info of generation ${other.generation}`,
                      what: "lists no backup, beside later WAL",
                      number: newest,
                  },
              ]
            : [];
    });
}

function rangesOf(chosen: readonly Choice[]): Chosen["ranges"] {
    return Object.fromEntries(chosen.map(({ registry, range }) => [registry, range]));
}
