import { z } from "zod";
import { InputError } from "../conventions/errors";
import { free, shared } from "../conventions/numbers";
import { MOST_MEMBERS } from "../conventions/site";
import { MOST_REGISTRIES } from "../networking/addresses";
import { quantity } from "../conventions/quantity";

const registry = z.strictObject({
    /** Its place among the Services' fixed addresses. It is given once and stays, because names resolve to it in every site. */
    number: z
        .int()
        .min(0)
        .max(MOST_REGISTRIES - 1),
    /** Database members; two or more, so that one feed can be lost. */
    members: z
        .int()
        .min(2, "must be 2 or more: one member cannot bear the loss of a feed")
        .max(MOST_MEMBERS, `must be ${MOST_MEMBERS} or less: the next ordinal is that of the next site's first member`),
    /** Cores and memory of each member. Requests and limits are equal, so that none is evicted for another. */
    cpu: quantity,
    memory: quantity,
    /** Volume of each member. */
    storage: quantity,
    /**
     * Bytes of its data, at most, which is what a backup holds. For a registry that runs: `SELECT sum(pg_database_size(oid)) FROM
     * pg_database`.
     */
    data: quantity.default("2Gi"),
    /**
     * Bytes of WAL that it writes in a day, at most, besides its heartbeat; every member needs room for two weeks of it. For a registry
     * that runs: `SELECT wal_bytes, stats_reset FROM pg_stat_wal`.
     */
    walPerDay: quantity.default("1Gi"),
    /**
     * Size of a WAL segment in a new database; a registry at rest fills one at each archiveTimeout. For a database that an earlier release
     * made, "16Mi", as it was made: `SHOW wal_segment_size`.
     */
    walSegment: z.enum(["1Mi", "16Mi"], 'must be "1Mi" or "16Mi", as the database was made').default("1Mi"),
    /** Whether its database runs already. Until then everything is declared, and there are no members. */
    running: z.boolean(),
});

export type RegistryConfig = z.infer<typeof registry>;

/**
 * Names that a registry may not have, because its database, its schema or its owner would have them too: they are Postgres' own, or the
 * embassy's.
 */
const TAKEN = ["embassy", "gazette", "postgres", "public", "reader", "template0", "template1", "writer"];

/** Part of the names of namespaces, buckets and hosts (RFC 1123) and, with `_` for `-`, the name of a database and its owner. */
const registryName = z
    .string()
    .regex(/^[a-z]([-a-z0-9]{0,30}[a-z0-9])?$/, "must be a DNS label of at most 32 characters")
    .refine((name) => !TAKEN.includes(name) && !name.startsWith("pg-"), "must be another: databases use it themselves");

/** The registries of the state: the same in every site. */
export const registries = z.record(registryName, registry).superRefine((all, context) => {
    const entries = Object.entries(all);
    if (entries.length === 0) {
        context.addIssue({ code: "custom", message: "must name one or more: an embassy without a registry is none" });
    }
    const numbers = entries.map(([name, { number }]) => [name, number] as const);
    for (const { name, other } of shared(numbers)) {
        const next = free(
            numbers.map(([, number]) => number),
            0,
        );
        const message = `must be a number that no other registry has, and ${other} has it (registries.${other}.number): ${next} is free`;
        context.addIssue({ code: "custom", path: [name, "number"], message });
    }
});

/** This section of a stack's configuration. */
export interface RegistriesSection {
    readonly registries: z.infer<typeof registries>;
}

/** Those of `names` whose databases run, in the same order. @throws InputError for a registry that the configuration does not name */
export function runningOf<Name extends string>(config: RegistriesSection, names: readonly Name[]): Name[] {
    return names.filter((name) => registryOf(config, name).running);
}

/** @throws InputError for a registry that the configuration does not name */
export function registryOf({ registries }: RegistriesSection, name: string): RegistryConfig {
    const found = registries[name];
    if (found === undefined) {
        throw new InputError(
            `There is no registry ${name}; data-embassy:registries has ${Object.keys(registries).join(", ")}.`,
        );
    }
    return found;
}
