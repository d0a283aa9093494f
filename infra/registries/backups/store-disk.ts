/**
 * What an object store's volume holds, and for how long. All of it follows from the registries' sizes, from how long backups are kept and
 * locked, and from what removes them after that (agents/purger). Pure. docs/disks.md is generated from it.
 */
import type { KeysSection } from "../../keys/config";
import { AUDIT_HOURLY_MEBIBYTES } from "../../conventions/audit";
import { amount } from "../../conventions/quantity";
import type { RecoverySection } from "./config";
import type { RegistriesSection } from "../config";
import type { StorageSection } from "../../storage/config";
import { FIRST_GENERATION } from "../../keys/registry-keys";
import { GIB, type Holder, MIB, walPerDay } from "../disk";
import type { RoleSection } from "../../restore/config";
import { longestDays, mostRuns } from "./schedules";

/** Days that a backup may be late; the one that it replaces stays so much longer. */
const LATE_DAYS = 1;
/** Days between two runs of the purger. */
const PURGE_DAYS = 1;
/** First backups in each store, beside those of the schedule: docs/decisions/restore.md. */
const FIRST_VERSIONS = 1;
/** Share of the volume that backups may fill. The file system needs the rest, and so do interrupted backups until their object lock ends. */
const FILLED = 9 / 10;

type Declared = RecoverySection & RegistriesSection & StorageSection & KeysSection & RoleSection;

/** Days for which something that is stored stays. */
interface Stay {
    /** From when it is written until it is removed. */
    readonly kept: number;
    /** The days of those in which it is hidden. versitygw then has it twice, because it makes a copy and leaves the original as the marker. */
    readonly hidden: number;
}

/** A backup goes with the last one that builds on it, once the next full backup is old enough, and not before its object lock ends. */
export function stay({ recovery, storage }: Pick<Declared, "recovery" | "storage">): Stay {
    const needed = recovery.retentionDays + longestDays(recovery.full) + LATE_DAYS;
    const kept = Math.max(needed, storage.objectLockDays) + PURGE_DAYS;
    return { kept, hidden: kept - recovery.retentionDays };
}

/** Days for which a piece of the other site's audit log stays. Nothing hides it, and nobody has a log to keep for a site that restores. */
export function auditDays(config: Pick<Declared, "storage"> & RoleSection): number {
    return "restore" in config ? 0 : config.storage.objectLockDays + PURGE_DAYS;
}

/** What compression saves is not subtracted. */
export function storeHolders(config: Declared): Holder[] {
    const { recovery, registries, keys } = config;
    const { kept, hidden } = stay(config);
    const audited = auditDays(config);
    const all = Object.entries(registries).map(([registry, { data }]) => ({
        data: amount(data),
        perDay: walPerDay(registry, config),
        generations: (keys.generations[registry] ?? [FIRST_GENERATION]).length,
    }));
    type One = (typeof all)[number];
    const sum = (of: (one: One) => number): number => all.reduce((total, one) => total + one.generations * of(one), 0);
    const backups = (days: number): number =>
        mostRuns(recovery.full, days) + mostRuns(recovery.differential, days) + FIRST_VERSIONS;
    const [keptBackups, hiddenBackups] = [backups(kept), backups(hidden)];
    const holder = (name: string, bytes: number, days: number): Holder => ({
        name,
        bytes,
        from: `\`retentionDays\`, \`full\` and \`objectLockDays\`: ${days} days`,
        days: undefined,
        then: "removed, by the purger",
    });
    return [
        holder(
            "backups, each as large as the data",
            sum(({ data }) => data * keptBackups),
            kept,
        ),
        holder(
            "WAL",
            sum(({ perDay }) => perDay * kept),
            kept,
        ),
        holder(
            "what is hidden of both, a second time",
            sum(({ data, perDay }) => data * hiddenBackups + perDay * hidden),
            hidden,
        ),
        ...(audited === 0
            ? []
            : [
                  {
                      ...holder("the other site's audit log", audited * 24 * AUDIT_HOURLY_MEBIBYTES * MIB, audited),
                      from: `\`objectLockDays\`: ${audited} days`,
                  },
              ]),
    ];
}

/** Why the volume would fill, a line; none where it does not. */
export function storeTooSmall(config: Declared): string[] {
    const { recovery, storage, keys } = config;
    const stored = storeHolders(config).reduce((total, { bytes }) => total + bytes, 0);
    const least = Math.ceil(stored / FILLED / GIB);
    const { kept, hidden } = stay(config);
    const rotated = Object.keys(keys.generations);
    return amount(storage.objectStore.storage) >= least * GIB
        ? []
        : [
              `data-embassy:storage.objectStore.storage is "${storage.objectStore.storage}"; it must be ${least}Gi or more: it holds every ` +
                  `registry's backups and WAL (registries.*.data and walPerDay, recovery.archiveTimeout) for ${kept} days, ${hidden} of them twice ` +
                  `(recovery.retentionDays: ${recovery.retentionDays}, recovery.full: "${recovery.full}", recovery.differential: ` +
                  `"${recovery.differential}", storage.objectLockDays: ${storage.objectLockDays}), for each generation of keys` +
                  (rotated.length > 0 ? ` (keys.generations: ${rotated.join(", ")})` : "") +
                  (auditDays(config) > 0 ? `, and the other site's audit log for ${auditDays(config)} days` : ""),
          ];
}
