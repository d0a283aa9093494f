import { z } from "zod";
import { REGISTRIES, type RegistryName } from "../conventions/registries";
import { quantity } from "../conventions/quantity";

const registry = z.strictObject({
    /** Database members. Two or more, so that one feed can be lost. */
    members: z.int().min(2, "must be 2 or more: one member cannot bear the loss of a feed"),
    /** Cores and memory of each member: requested and limited alike, so that none is evicted for another. */
    cpu: quantity,
    memory: quantity,
    /** Volume of each member. */
    storage: quantity,
    /**
     * Bytes of its data, at most: what a backup holds. Of a registry that runs: `SELECT sum(pg_database_size(oid)) FROM pg_database`.
     */
    data: quantity.default("2Gi"),
    /**
     * Bytes of WAL that it writes in a day, at most, beside its heartbeat: every member has to have room for two weeks of it. Of a
     * registry that runs: `SELECT wal_bytes, stats_reset FROM pg_stat_wal`.
     */
    walPerDay: quantity.default("1Gi"),
    /**
     * Of a new database, the size of a segment of its WAL, one of which a registry at rest fills at each archiveTimeout. Of one that an
     * earlier release made, "16Mi", as it was made: `SHOW wal_segment_size`.
     */
    walSegment: z.enum(["1Mi", "16Mi"], 'must be "1Mi" or "16Mi", as the database was made').default("1Mi"),
    /** Whether its database runs already. Until then everything is declared, and there are no members. */
    running: z.boolean(),
});

export type RegistryConfig = z.infer<typeof registry>;

export const registries = z.strictObject(
    Object.fromEntries(REGISTRIES.map((name) => [name, registry])) as Record<RegistryName, typeof registry>,
);

/** A stack's configuration, as far as this section goes. */
export interface RegistriesSection {
    readonly registries: z.infer<typeof registries>;
}
