/** The database that libpq's variables name. Passwords come from the environment or a password file, never from an argument. */
import { readFileSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { UserError } from "../command-line/command";
import { type Advice, type Database, explained, message, open } from "./database";

const TLS_MODES = ["disable", "prefer", "require", "verify-ca", "verify-full"] as const;
type TlsMode = (typeof TLS_MODES)[number];
type Environment = Readonly<Record<string, string | undefined>>;

const advice: Advice = {
    unreachable: "Check PGHOST and PGPORT, and that the server runs.",
    certificate: "Check PGSSLROOTCERT, PGSSLCERT and PGSSLKEY, and that the certificate is for PGHOST.",
    standby: "This server is a standby: name the primary with PGHOST.",
    codes: {
        "28P01": "Set PGPASSWORD, or name a password file with PGPASSFILE.",
        "28000": "Check PGUSER and PGSSLMODE against the server's pg_hba.conf.",
        "3D000": "Make it with createdb, or name another with PGDATABASE.",
        "42501": "Use a role that may create schemas in this database, or grant it that.",
    },
};

/** libpq's variables, with libpq's meaning, except that PGHOST has no default: nothing is written to a server by accident. */
export function fromEnvironment(environment: Environment): Database {
    const problems: string[] = [];
    const host = environment["PGHOST"] ?? "";
    if (host === "") {
        problems.push("PGHOST is not set: it must be a host name or the folder of the server's socket");
    } else if (host.includes(",")) {
        problems.push(`PGHOST is "${host}": it must be one host`);
    }
    const port = Number(environment["PGPORT"] ?? 5432);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        problems.push(`PGPORT is "${environment["PGPORT"] ?? ""}": it must be a number from 1 to 65535`);
    }
    const mode = TLS_MODES.find((known) => known === (environment["PGSSLMODE"] ?? "prefer"));
    if (mode === undefined) {
        problems.push(`PGSSLMODE is "${environment["PGSSLMODE"] ?? ""}": it must be one of ${TLS_MODES.join(", ")}`);
    } else if (mode.startsWith("verify") && !environment["PGSSLROOTCERT"]) {
        problems.push(`PGSSLMODE is ${mode}, but PGSSLROOTCERT names no file with the authority's certificate`);
    }
    if (mode === undefined || problems.length > 0) {
        throw new UserError(`No database to connect to:\n${problems.map((problem) => `  ${problem}`).join("\n")}`);
    }
    const user = environment["PGUSER"] ?? environment["USER"];
    const database = environment["PGDATABASE"] ?? user;
    const name = `${database ?? "the default database"} at ${isAbsolute(host) ? host : `${host}:${port}`}`;
    // Without a password the driver looks it up in PGPASSFILE.
    const config = { host, port, user, database, password: environment["PGPASSWORD"] };
    return {
        name,
        advice,
        async connect(options = {}) {
            const ssl = isAbsolute(host) ? false : tls(mode, environment);
            try {
                return await open({ ...config, ssl }, options);
            } catch (error) {
                if (mode !== "prefer" || ssl === false || !/does not support SSL/.test(message(error))) {
                    throw explained(error, { name, advice });
                }
            }
            try {
                return await open({ ...config, ssl: false }, options);
            } catch (error) {
                throw explained(error, { name, advice });
            }
        },
    };
}

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
