/** What of all that a site has stored is restored: from which instant on, with which keys, and whether that is whole. */
import { parseRegistry } from "../../data/registries";
import type { EmbassyConfig } from "../../infra/config";
import { chainTo, refuseBroken } from "./chain";
import type { Keys } from "./keys";
import { type Stored, damaged, storedVersions } from "./look";
import { type Range, checkInstant, commonInstant, rangeOf, reaching } from "./range";
import type { Source } from "./source";
import type { Stamp } from "./stamp";

export interface Wanted {
    readonly source: Source;
    readonly registries: readonly string[];
    readonly keys: Keys;
    /** As it was asked for, if it was. */
    readonly at: Date | undefined;
}

export interface Chosen {
    /** One for all; undefined for all that is stored. */
    readonly at: Date | undefined;
    /** Registry → from when to when there is something. */
    readonly ranges: Readonly<Record<string, Range>>;
    readonly generations: Stamp["generations"];
    /** That all members have on their disks with it. */
    readonly bytes: number;
}

/** @throws LabError where it is not stored, or not whole */
export async function choose(
    { source, registries, keys, at: asked }: Wanted,
    config: Pick<EmbassyConfig, "recovery" | "registries">,
): Promise<Chosen> {
    const stored: (readonly [registry: string, newestFirst: readonly [Ranged, ...Ranged[]]])[] = [];
    for (const registry of registries) {
        const [newest, ...before] = await storedVersions(source, registry, (which) => keys.of(registry, which));
        stored.push([registry, [ranged(newest), ...before.map(ranged)]]);
    }
    const last = stored.map(([, [newest]]) => newest.range);
    const at = asked ?? commonInstant(last, config.recovery.archiveTimeout);
    const chosen = stored.map(([registry, all]) => ({ registry, newest: all[0].generation, ...reaching(at, all) }));
    const ranges = Object.fromEntries(chosen.map(({ registry, range }) => [registry, range]));
    if (at !== undefined) {
        checkInstant(at, ranges);
    }
    let bytes = 0;
    for (const { registry, generation, stanza, wal } of chosen) {
        const chain = chainTo(at, stanza, wal, source.isCopy);
        refuseBroken(registry, at, chain, await damaged(source, registry, keys.of(registry, generation)));
        bytes += chain.bytes * config.registries[parseRegistry(registry)].members;
    }
    const generations = chosen.map(({ registry, generation, newest }) => [registry, { read: generation, newest }]);
    return { at, ranges, generations: Object.fromEntries(generations) as Stamp["generations"], bytes };
}

interface Ranged extends Stored {
    readonly range: Range;
}

function ranged(stored: Stored): Ranged {
    return { ...stored, range: rangeOf(stored.stanza, stored.wal) };
}
