/**
 * Checks whether a registry's database has WAL segments of the declared size. It keeps those that it was made with, whatever is declared
 * later, and disks are planned by what is declared: where an earlier release made the database, it has 16 times as much. The leader's lease
 * agent reports that in the annotations of the lease, which `lab status` reads. It stops nothing, because limits of slots and disks hold
 * all the same.
 */
import { log } from "../agent";
import type { ConfigMaps } from "../kubernetes";
import type { Connection } from "./connection";
import { ANNOTATION, LEASE } from "../../infra/conventions/lease";

/** Milliseconds between two looks. */
export const LOOK_MS = 60_000;

const LOOK = "SELECT pg_size_bytes(current_setting('wal_segment_size'))::float8 / 1048576 AS mebibytes";

/** What is wrong and what to do about it, in a sentence; undefined where nothing is. Sizes as in the stack's file, such as "1Mi". */
export function segmentProblem(registry: string, declared: string, found: string): string | undefined {
    return found === declared
        ? undefined
        : `its database was made with segments of WAL of ${found}, and its disks are planned for ${declared}: ` +
              `declare walSegment: ${found} for ${registry} in each site's stack file, and run pulumi up`;
}

export class Segment {
    /**
     * @param labels of the registry's ConfigMaps
     * @param declared as in the stack's file
     */
    constructor(
        private readonly connection: Connection,
        private readonly configMaps: ConfigMaps,
        private readonly labels: Readonly<Record<string, string>>,
        private readonly registry: string,
        private readonly declared: string,
    ) {}

    /**
     * @param leads whether this member leads in its site, because only one of them writes
     * @throws Error of the driver where there is no answer; AgentError where the API server refuses
     */
    async pass(leads: boolean): Promise<void> {
        if (!leads) {
            return;
        }
        const found = await this.connection.use(async (client) => {
            const { rows } = await client.query<{ mebibytes: number }>({ name: "segment", text: LOOK });
            return `${rows[0]?.mebibytes ?? 0}Mi`;
        });
        const problem = segmentProblem(this.registry, this.declared, found);
        const lease = (await this.configMaps.list(this.labels)).get(LEASE);
        if (lease !== undefined && lease.metadata.annotations?.[ANNOTATION.problem] !== problem) {
            await this.configMaps.annotate(LEASE, { [ANNOTATION.problem]: problem ?? null });
            log(problem ?? "segments of WAL are as declared", { registry: this.registry });
        }
    }
}
