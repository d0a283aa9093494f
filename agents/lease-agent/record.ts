/**
 * What a site's members agree on about its right to write. It is in annotations of one ConfigMap, so that a restart forgets nothing, the
 * member that leads next knows it, and `kubectl` shows it.
 */
import { z } from "zod";
import { ANNOTATION } from "../../infra/conventions/lease";
import { SITE_ROLES } from "../../infra/conventions/site";
import { AgentError } from "../agent";
import type { ConfigMap } from "../kubernetes";

const role = z.enum(SITE_ROLES);
export type Role = z.infer<typeof role>;

/** A declared role, with another `id` each time that it is asked for. */
const asked = z.object({ id: z.string(), role, acceptLoss: z.boolean() });
export type Asked = z.infer<typeof asked>;

/** What a member of the primary site tells the standby site. */
export const report = z.object({
    /** Name of its pod. */
    member: z.string(),
    /** Whether it asks for a lease; otherwise this is the last report of a site that has become a standby. */
    asks: z.boolean(),
    /** Whether its API server lets it write only within its lease, as it does from the first lease on. */
    fenced: z.boolean(),
    /** Whether this member takes writes. Where it does not, and the lease has ended, this is its last report. */
    writing: z.boolean(),
    ended: z.boolean(),
    /** Bytes of WAL from the beginning. */
    lsn: z.number(),
    /** Milliseconds since 1970, by its own clock, after which it has answered no commit. */
    at: z.number(),
    /** Whether it answers a commit only once the standby site has it. */
    waits: z.boolean(),
});
export type Report = z.infer<typeof report>;

const status = z.object({
    role,
    /** Id of the asked role that this answers. */
    answered: z.string(),
    /** Why the asked role was not taken. */
    refusal: z.string().optional(),
    /** True once a standby has been one for so long that none of its members writes. */
    following: z.boolean().optional(),
    /** The last lease that a standby has granted in its present role, and the last report that it has received. */
    granted: z.object({ id: z.string(), seconds: z.number(), report }).optional(),
    /** For people: what holds the site up, if anything. */
    says: z.string(),
});
export type Status = z.infer<typeof status>;

export interface SiteRecord {
    readonly asked?: Asked | undefined;
    readonly status?: Status | undefined;
    readonly validUntil?: string | undefined;
}

/** @throws AgentError where an annotation is not as this program writes it */
export function recordOf({
    metadata,
}: {
    readonly metadata: Pick<ConfigMap["metadata"], "name" | "annotations">;
}): SiteRecord {
    const { annotations = {} } = metadata;
    const parse = <T>(annotation: string, schema: z.ZodType<T>): T | undefined => {
        const text = annotations[annotation];
        if (text === undefined) {
            return undefined;
        }
        const parsed = schema.safeParse(JSON.parse(text));
        if (!parsed.success) {
            throw new AgentError(
                `The annotation ${annotation} of ${metadata.name} is "${text}": ${parsed.error.message}`,
            );
        }
        return parsed.data;
    };
    return {
        asked: parse(ANNOTATION.asked, asked),
        status: parse(ANNOTATION.status, status),
        validUntil: annotations[ANNOTATION.validUntil],
    };
}

/** The annotations that the members write; the gate writes what is asked. */
export function annotationsOf({ status, validUntil }: SiteRecord): Record<string, string | null> {
    return {
        [ANNOTATION.status]: status === undefined ? null : JSON.stringify(status),
        [ANNOTATION.validUntil]: validUntil ?? null,
    };
}
