/**
 * Finds members of this site that can never follow again by themselves: they were away for so long that the leader no longer has the WAL
 * that they need next. In Patroni 4.0 such a member asks for it forever. The leader's lease agent has it made anew, from a copy. The slot by
 * which it followed is dropped first, so that Patroni makes another: this one would hold nothing any more (infra/registries/roles.ts).
 */
import { DROP_LOST_SLOTS } from "../../infra/conventions/lease";
import { log, messageOf } from "../agent";
import type { Connection } from "./connection";
import type { MemberStatus } from "./patroni";

/** Milliseconds between two looks. A member that has not moved in between and is not connected replays nothing more. */
export const LOOK_MS = 30_000;

interface Kept {
    /** Bytes from the beginning of the log to the oldest part of it that is here. */
    readonly oldest: number | null;
    /** Names of the members that follow. */
    readonly following: string[];
}

/** A segment's name: https://www.postgresql.org/docs/17/wal-internals.html */
const KEPT = `
    SELECT (SELECT min(('x' || substr(name, 9, 8))::bit(32)::bigint * 4294967296 +
                       ('x' || substr(name, 17, 8))::bit(32)::bigint * pg_size_bytes(current_setting('wal_segment_size')))
              FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$')::float8 AS oldest,
           ARRAY(SELECT application_name FROM pg_stat_replication) AS following`;

/** The member's place in the log, where it waits there for WAL that nobody has; otherwise undefined. */
export function strandedAt({ state, role, xlog }: MemberStatus, oldest: number): number | undefined {
    if (state !== "running" || role !== "replica" || xlog === undefined) {
        return undefined;
    }
    const place = Math.max(xlog.received_location ?? 0, xlog.replayed_location ?? 0);
    return place < oldest ? place : undefined;
}

export class Stranded {
    private places = new Map<string, number>();

    /**
     * @param others members of this site, as they call themselves to their primary
     * @param ask what a member's Patroni says of it
     * @param renew has a member's Patroni make it anew; it refuses where the member leads, or nobody does
     */
    constructor(
        private readonly connection: Connection,
        private readonly others: readonly string[],
        private readonly ask: (member: string) => Promise<MemberStatus>,
        private readonly renew: (member: string) => Promise<void>,
    ) {}

    /** @param leads whether this member leads @throws Error of the driver where there is no answer */
    async pass(leads: boolean): Promise<void> {
        const before = this.places;
        this.places = new Map();
        if (!leads) {
            return;
        }
        const { oldest, following } = await this.connection.use(async (client) => {
            await client.query(`SELECT ${DROP_LOST_SLOTS}()`);
            const { rows } = await client.query<Kept>({ name: "kept", text: KEPT });
            return rows[0] as Kept;
        });
        for (const member of this.others.filter((other) => !following.includes(other))) {
            await this.look(member, oldest ?? 0, before.get(member)).catch((error: unknown) => {
                log("a member that does not follow cannot be asked why", { member, error: messageOf(error) });
            });
        }
    }

    private async look(member: string, oldest: number, before: number | undefined): Promise<void> {
        const place = strandedAt(await this.ask(member), oldest);
        if (place === undefined) {
            return;
        }
        if (place === before) {
            log("a member needs WAL that is gone: it is made anew from a copy", { member, place, oldest });
            await this.renew(member);
        } else {
            this.places.set(member, place);
        }
    }
}
