/** Ways to a registry's database. Passwords come from the environment or a password file, never from an argument. */
import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { Client, DatabaseError } from "pg";
import { UserError } from "../toolchain/command";
import type { Registry } from "./registries";

export interface Database {
    /** For messages: names the database, holds no secret. */
    readonly name: string;
    /** A new connection. @throws UserError where there is none to be had */
    connect(options?: ConnectOptions): Promise<Client>;
}

export interface ConnectOptions {
    /** Milliseconds after which a statement without an answer fails. Without it a statement may take all the time it needs. */
    readonly answerWithin?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;
const TLS_MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
type TlsMode = (typeof TLS_MODES)[number];
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * @param site a site's name, or `undefined` for the database that libpq's variables name
 * @throws UserError where the site has no database, or the variables are not enough
 */
export function databaseOf(
    registry: Registry,
    site: string | undefined,
    environment: Environment = process.env,
): Database {
    if (site !== undefined) {
        throw new UserError(
            `The site ${site} has no running database for ${registry} yet: its nodes are simulated, and pods are not run. ` +
                "Leave --site out, and name a PostgreSQL server with PGHOST, PGPORT, PGUSER, PGDATABASE and PGPASSFILE.",
        );
    }
    return fromEnvironment(environment);
}

/** libpq's variables, with libpq's meaning, except that PGHOST has no default: nothing is written to a server by accident. */
export function fromEnvironment(environment: Environment): Database {
    const problems: string[] = [];
    const host = environment["PGHOST"] ?? "";
    if (host === "") {
        problems.push("PGHOST is not set: it is to be a host name or the folder of the server's socket");
    } else if (host.includes(",")) {
        problems.push(`PGHOST is "${host}": it is to be one host`);
    }
    const port = Number(environment["PGPORT"] ?? 5432);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        problems.push(`PGPORT is "${environment["PGPORT"] ?? ""}": it is to be a number from 1 to 65535`);
    }
    const mode = TLS_MODES.find((known) => known === (environment["PGSSLMODE"] ?? "prefer"));
    if (mode === undefined) {
        problems.push(`PGSSLMODE is "${environment["PGSSLMODE"] ?? ""}": it is to be one of ${TLS_MODES.join(", ")}`);
    } else if (mode.startsWith("verify") && !environment["PGSSLROOTCERT"]) {
        problems.push(`PGSSLMODE is ${mode}, but PGSSLROOTCERT names no file with the authority's certificate`);
    }
    if (mode === undefined || problems.length > 0) {
        throw new UserError(`No database to connect to:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    }
    const user = environment["PGUSER"] ?? environment["USER"];
    const database = environment["PGDATABASE"] ?? user;
    const name = `${database ?? "the default database"} at ${isAbsolute(host) ? host : `${host}:${port}`}`;
    const open = async (ssl: ConnectionOptions | false, { answerWithin }: ConnectOptions): Promise<Client> => {
        const client = new Client({
            host,
            port,
            user,
            database,
            // Undefined: looked up in PGPASSFILE.
            password: environment["PGPASSWORD"],
            ssl,
            application_name: "data-embassy",
            connectionTimeoutMillis: answerWithin ?? CONNECT_TIMEOUT_MS,
            query_timeout: answerWithin,
            keepAlive: true,
        });
        // A loss is noticed by the statement that it befalls; without a listener it would end the process.
        client.on("error", () => undefined);
        await client.connect();
        return client;
    };
    return {
        name,
        async connect(options = {}) {
            const ssl = isAbsolute(host) ? false : tls(mode, environment);
            try {
                return await open(ssl, options);
            } catch (error) {
                if (mode !== "prefer" || ssl === false || !/does not support SSL/.test(message(error))) {
                    throw explained(error, name);
                }
            }
            try {
                return await open(false, options);
            } catch (error) {
                throw explained(error, name);
            }
        },
    };
}

/** Gives a connection up without a word to the server, which may be gone. */
export function abandon(client: Client): void {
    // `end` would wait for a server that no longer answers.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** An error of the server's own, with the message for people; errors of ours go through unchanged. */
export function explained(error: unknown, name: string): unknown {
    if (error instanceof UserError) {
        return error;
    }
    if (error instanceof DatabaseError) {
        const advice = ADVICE[error.code ?? ""] ?? "";
        const detail = error.detail === undefined ? "" : ` (${error.detail})`;
        return new UserError(`${name}: ${error.message}${detail}${advice}`);
    }
    return isNetworkError(error)
        ? new UserError(
              `${name} cannot be reached: ${message(error)}. Check PGHOST and PGPORT, and that the server runs.`,
          )
        : error;
}

/** The connection is gone, or never was. */
export function isNetworkError(error: unknown): boolean {
    return (
        /^(ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/.test((error as NodeJS.ErrnoException).code ?? "") ||
        /Connection terminated|timeout|connection error|not queryable/i.test(message(error))
    );
}

const ADVICE: Readonly<Record<string, string>> = {
    "28P01": ". Set PGPASSWORD, or name a password file with PGPASSFILE.",
    "28000": ". Check PGUSER and PGSSLMODE against the server's pg_hba.conf.",
    "3D000": ". Make it with createdb, or name another with PGDATABASE.",
    "42501": ". Use a role that may create schemas in this database, or grant it that.",
    "25006": ". This server is a standby: name the primary with PGHOST.",
    "53100": ". Free some space on the server's disk and run the command again.",
};

function tls(mode: TlsMode, environment: Environment): ConnectionOptions | false {
    if (mode === "disable") {
        return false;
    }
    const file = (variable: string): Buffer | undefined => {
        const path = environment[variable];
        if (!path) {
            return undefined;
        }
        try {
            return readFileSync(path);
        } catch (error) {
            throw new UserError(`${variable} names ${path}, which cannot be read: ${message(error)}`);
        }
    };
    const ca = file("PGSSLROOTCERT");
    return {
        ca,
        cert: file("PGSSLCERT"),
        key: file("PGSSLKEY"),
        // As libpq does: "require" verifies where there is an authority to verify with.
        rejectUnauthorized: mode.startsWith("verify") || (mode === "require" && ca !== undefined),
        ...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
    };
}

function message(error: unknown): string {
    return error instanceof AggregateError
        ? error.errors.map(message).join("; ")
        : error instanceof Error
          ? error.message
          : String(error);
}
