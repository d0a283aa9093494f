/** One registry's question, asked of the site's own database over mutual TLS. */
import { Client } from "pg";
import type { Databases as Told } from "../../infra/conventions/agents";
import { answerFunction } from "../../infra/conventions/registries";
import { identity } from "../https";

export interface Databases {
    /** The databases of the registries that are served, by registry. */
    readonly at: Told;
    readonly port: number;
    readonly user: string;
    /** Folder with the key and certificate that open them. */
    readonly folder: string;
}

export type Row = Readonly<Record<string, unknown>>;

/** Milliseconds within which a database must answer. */
export const ANSWER_MS = 8_000;

/**
 * Makes a connection for each question, so that a renewed certificate and another leader are used as they come. This role may use the
 * function `answer` and nothing else: data/registry-data.ts makes it.
 *
 * @param of the person or thing that it is about
 * @param at a day, ISO 8601
 * @throws Error of the driver where the database does not answer
 */
export async function ask(
    { at: all, port, user, folder }: Databases,
    registry: string,
    of: string,
    at: string,
): Promise<Row[]> {
    const { host, database } = all[registry] as Databases["at"][string];
    const client = new Client({
        host,
        port,
        user,
        database,
        ssl: identity(folder),
        application_name: "edge",
        connectionTimeoutMillis: ANSWER_MS,
        query_timeout: ANSWER_MS,
    });
    // The query notices a lost connection.
    client.on("error", () => undefined);
    try {
        await client.connect();
        const { rows } = await client.query<{ row: Row }>(
            `SELECT row FROM ${answerFunction(database)}($1, $2) AS row`,
            [of, at],
        );
        return rows.map(({ row }) => row);
    } finally {
        await client.end().catch(() => undefined);
    }
}
