/** What the page reads from the register of legislation, over mutual TLS. Days are ISO 8601, and the last of a range is included. */
import { Client, type ClientConfig, Pool, type PoolConfig } from "pg";
import { AgentError, log } from "../agent";
import { identity } from "../https";
import { ANSWER_MS, type Databases } from "../edge-api/registry";

export interface ActsOptions extends Omit<Databases, "at"> {
    /** Undefined where the register does not run. */
    readonly at: Databases["at"][string] | undefined;
}

/** Up to when what was read is all that there is. */
export interface Standing {
    /** Whether it is a copy of what another site writes. */
    readonly copy: boolean;
    /** Down to the minute. Null for a copy of which it is unknown, because nothing was written since it was started. */
    readonly instant: Date | null;
    /** Whether nothing has been heard of the other site for more than a minute. */
    readonly late: boolean;
}

export interface Version {
    /** Where it was published, `RT I, 02.01.2011, 5`. */
    readonly reference: string;
    readonly from: string;
    /** Null while it is in force. */
    readonly to: string | null;
}

export interface Listed extends Version {
    readonly number: number;
    readonly kind: Kind;
    readonly title: string;
    /** Whether this version is in force on the day that was asked about. */
    readonly current: boolean;
}

export type Kind = "act" | "regulation";

export interface Act {
    readonly kind: Kind;
    readonly title: string;
    /** All versions, the newest first. */
    readonly versions: readonly Version[];
    /** Paragraphs as they were in force on the day that was asked about; `reference` is the publication that brought the wording. */
    readonly paragraphs: readonly { readonly number: number; readonly text: string; readonly reference: string }[];
}

export interface Found {
    readonly total: number;
    /** One page of the acts that were found. */
    readonly acts: readonly Listed[];
}

export type Read<T> = T & { readonly standing: Standing };

export const PAGE = 50;
/** Connections of one pod. Two pods, and one that replaces one of them, stay within what the role is allowed (infra/registries/roles.ts). */
const CONNECTIONS = 6;

/**
 * A standby has at least what was committed before this instant. It is read before the rows, and rounded down, so that a page is no older
 * than it says, and the same for everybody for a minute. The primary's heartbeat commits each second.
 */
const STANDING = `
    SELECT copy, date_trunc('minute', instant, 'UTC') AS instant, coalesce(instant < now() - interval '1 minute', copy) AS late
      FROM (SELECT pg_is_in_recovery() AS copy,
                   CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() ELSE now() END AS instant) AS standing`;

const REFERENCE = "'RT I, ' || to_char(published_on, 'DD.MM.YYYY') || ', ' || substr(rt_id, 10)::int";
const VERSION = `${REFERENCE} AS reference, valid_from::text AS from, (valid_to - 1)::text AS to`;

/** $1: part of a title or a reference in NFKC, $2: a day, $3: how many to pass over. Each act has the version that is named, or otherwise the one in force. */
const LIST = `
    SELECT act_number AS number, kind, title, version.*, count(*) OVER ()::int AS total
      FROM legislation.act
     CROSS JOIN LATERAL (
           SELECT ${VERSION}, daterange(valid_from, valid_to) @> $2::date AS current,
                  $1 <> '' AND strpos(lower(${REFERENCE}), lower($1)) > 0 AS named
             FROM legislation.publication
            WHERE publication.act_number = act.act_number
            ORDER BY named DESC, current DESC, valid_from DESC
            LIMIT 1) AS version
     WHERE named OR strpos(lower(normalize(title, NFKC)), lower($1)) > 0
     ORDER BY act_number
     LIMIT ${PAGE} OFFSET $3`;

/** $1: number of the act, $2: a day. */
const ACT = `
    SELECT kind, title,
           (SELECT json_agg(version ORDER BY version.from DESC)
              FROM (SELECT ${VERSION} FROM legislation.publication WHERE act_number = $1) AS version) AS versions,
           (SELECT coalesce(json_agg(paragraph ORDER BY number), '[]')
              FROM (SELECT number, text, ${REFERENCE} AS reference
                      FROM legislation.paragraph
                      JOIN legislation.publication USING (rt_id)
                     WHERE paragraph.act_number = $1
                       AND daterange(paragraph.valid_from, paragraph.valid_to) @> $2::date) AS paragraph) AS paragraphs
      FROM legislation.act
     WHERE act_number = $1`;

export class Acts {
    private readonly pool: Pool | undefined;

    constructor({ at, port, user, folder }: ActsOptions) {
        /** Reads the certificate for each connection, so that a renewed one is used as it comes. */
        class Connection extends Client {
            constructor(config: ClientConfig) {
                super({ ...config, ssl: identity(folder) });
            }
        }
        this.pool =
            at &&
            // Its types do not have the option that says which client it makes.
            new Pool({
                ...at,
                port,
                user,
                Client: Connection,
                application_name: "gazette",
                max: CONNECTIONS,
                maxLifetimeSeconds: 600,
                connectionTimeoutMillis: ANSWER_MS,
                query_timeout: ANSWER_MS,
            } as PoolConfig);
        // The database may end a connection that nobody is using; the next question makes another.
        this.pool?.on("error", ({ message }) => log("a connection has ended", { error: message }));
    }

    /** @throws Error where the database does not answer */
    async list(part: string, day: string, page: number): Promise<Read<Found>> {
        const { standing, rows } = await this.read(LIST, [part, day, (page - 1) * PAGE]);
        const acts = rows as (Listed & { readonly total: number })[];
        return { standing, total: acts[0]?.total ?? 0, acts };
    }

    /** Undefined where there is no such act. @throws Error where the database does not answer */
    async act(number: number, day: string): Promise<Read<{ readonly act: Act | undefined }>> {
        const { standing, rows } = await this.read(ACT, [number, day]);
        return { standing, act: rows[0] as Act | undefined };
    }

    private async read(sql: string, values: readonly unknown[]): Promise<Read<{ readonly rows: readonly unknown[] }>> {
        if (this.pool === undefined) {
            throw new AgentError("Legislation does not run in this site: its stack file says so.");
        }
        const client = await this.pool.connect();
        let failed = true;
        try {
            const [standing] = (await client.query<Standing>(STANDING)).rows as [Standing];
            const { rows } = await client.query<object>(sql, [...values]);
            failed = false;
            return { standing, rows };
        } finally {
            // A connection that did not answer is not used again.
            client.release(failed);
        }
    }
}
