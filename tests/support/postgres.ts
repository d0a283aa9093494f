/**
 * A real PostgreSQL for integration tests, from Debian's packages and of the release that runs in the sites; the machine needs none of its own.
 * A cluster lives in a temporary folder, is reached through a Unix socket there, and can be killed as if by a power cut.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import { POSTGRES_PACKAGE, POSTGRES_PROGRAMS } from "../../infra/conventions/postgres";
import { installedPrograms } from "./debian-programs";

const run = promisify(execFile);

const START_TIMEOUT_MS = 30_000;
const UNTIL_TIMEOUT_MS = 60_000;
/** The ID of Debian's `nobody`. PostgreSQL refuses to run as root, so root's tests run it as this user. */
const UNPRIVILEGED = 65_534;
const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
const BIN = POSTGRES_PROGRAMS.slice(1);
const PROGRAMS = ["initdb", "postgres"].map((name) => join(BIN, name));

export class Postgres {
    private server: ChildProcess | undefined;

    private constructor(
        private readonly folder: string,
        private readonly bin: string,
        private readonly settings: Readonly<Record<string, string>>,
        private readonly wrapper: readonly string[] = [],
    ) {}

    /**
     * Starts a new cluster. Commits reach the disk before they are acknowledged, as in production.
     *
     * @param settings of postgresql.conf
     * @param wrapper program and arguments that run the server
     * @throws UserError where Debian packages cannot be had on this machine
     */
    static async start(
        settings: Readonly<Record<string, string>> = {},
        wrapper: readonly string[] = [],
    ): Promise<Postgres> {
        const bin = await installed();
        // The folder is not below EMBASSY_HOME, because a socket's path has at most 107 bytes, and `nobody` may have no access there.
        const folder = mkdtempSync(join(tmpdir(), "postgres-"));
        if (identity.uid !== undefined) {
            chownSync(folder, identity.uid, identity.gid);
        }
        const postgres = new Postgres(folder, bin, settings, wrapper);
        try {
            await run(
                join(bin, "initdb"),
                ["--pgdata", postgres.data, "--username=embassy", "--auth=trust", "--locale=C", "--encoding=UTF8"],
                { ...identity, env: { TZ: "GMT" }, cwd: folder },
            );
            await postgres.resume();
        } catch (error) {
            await postgres.remove();
            throw error;
        }
        return postgres;
    }

    /**
     * Starts a cluster that follows this one, from a copy of its files that is taken while this one is stopped.
     * @param settings of the new cluster
     */
    async standby(settings: Readonly<Record<string, string>> = {}): Promise<Postgres> {
        await this.end("SIGINT");
        const folder = mkdtempSync(join(tmpdir(), "postgres-"));
        await run("cp", ["--archive", this.data, folder]);
        writeFileSync(join(folder, "data", "standby.signal"), "");
        if (identity.uid !== undefined) {
            chownSync(folder, identity.uid, identity.gid);
        }
        const source = `host=${this.folder} port=${this.port} user=embassy`;
        const standby = new Postgres(folder, this.bin, { ...this.settings, ...settings, primary_conninfo: source });
        await this.resume();
        await standby.resume();
        return standby;
    }

    /** libpq's variables for a database of this cluster. */
    environment(database = "postgres"): { PGHOST: string; PGPORT: string; PGUSER: string; PGDATABASE: string } {
        return { PGHOST: this.folder, PGPORT: this.port, PGUSER: "embassy", PGDATABASE: database };
    }

    async createDatabase(name: string): Promise<void> {
        await this.query(`CREATE DATABASE ${name}`);
    }

    /** Runs one statement on a new connection. */
    async query(sql: string, database = "postgres"): Promise<Record<string, unknown>[]> {
        const client = new Client({ host: this.folder, port: Number(this.port), user: "embassy", database });
        await client.connect();
        try {
            return (await client.query<Record<string, unknown>>(sql)).rows;
        } finally {
            await client.end();
        }
    }

    /** Repeats the statement until it finds a row, and returns the first one. @throws Error with the end of the server's log */
    async until(sql: string): Promise<Record<string, unknown>> {
        const deadline = Date.now() + UNTIL_TIMEOUT_MS;
        while (Date.now() < deadline) {
            const [found] = await this.query(sql);
            if (found !== undefined) {
                return found;
            }
            await sleep(50);
        }
        throw new Error(`nothing was found by ${sql}\n${this.lastLines()}`);
    }

    /** Starts the server again after {@link kill}, and resolves once it answers. */
    async resume(): Promise<void> {
        const options = { listen_addresses: "", jit: "off", ...this.settings, unix_socket_directories: this.folder };
        const log = openSync(this.log, "a");
        const [program, ...args] = [...this.wrapper, join(this.bin, "postgres")];
        this.server = spawn(
            program,
            [
                ...args,
                "-D",
                this.data,
                ...Object.entries(options).flatMap(([name, value]) => ["-c", `${name}=${value}`]),
            ],
            { ...identity, env: { TZ: "GMT" }, cwd: this.folder, stdio: ["ignore", log, log] },
        );
        closeSync(log);
        const deadline = Date.now() + START_TIMEOUT_MS;
        while (!(await this.answers())) {
            if (this.server.exitCode !== null || Date.now() > deadline) {
                throw new Error(`postgres did not start:\n${this.lastLines()}`);
            }
            await sleep(50);
        }
    }

    /** Kills the server as a power cut would: it has no time to write anything. */
    async kill(): Promise<void> {
        await this.end("SIGKILL");
        // The server's children end once they see that it is gone. The next server must not start before that.
        await sleep(500);
    }

    /** Promotes a standby to primary. @returns its new timeline */
    async promote(): Promise<number> {
        await this.query("SELECT pg_promote(true, 30)");
        // Until the next checkpoint pg_control_checkpoint() returns the old timeline.
        await this.query("CHECKPOINT");
        const [{ timeline } = {}] = await this.query("SELECT timeline_id AS timeline FROM pg_control_checkpoint()");
        return timeline as number;
    }

    /** Moves to a new timeline, as a failover does. The old timeline ends with a partial segment. */
    async leaveTimeline(): Promise<number> {
        await this.end("SIGINT");
        writeFileSync(join(this.data, "standby.signal"), "");
        await this.resume();
        return this.promote();
    }

    async remove(): Promise<void> {
        await this.end("SIGINT");
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** The port, which is also a part of the socket's name. */
    private get port(): string {
        return this.settings["port"] ?? "5432";
    }

    get data(): string {
        return join(this.folder, "data");
    }

    private get log(): string {
        return join(this.folder, "log");
    }

    private lastLines(): string {
        return readFileSync(this.log, "utf8").slice(-2000);
    }

    private async end(signal: NodeJS.Signals): Promise<void> {
        const server = this.server;
        this.server = undefined;
        if (server?.exitCode === null && server.signalCode === null) {
            const gone = once(server, "exit");
            server.kill(signal);
            await gone;
        }
    }

    private async answers(): Promise<boolean> {
        try {
            await this.query("SELECT");
            return true;
        } catch {
            return false;
        }
    }
}

/** The user for Postgres' programs and for those that work on its files. It is empty if the tests do not run as root. */
export function serverIdentity(): { readonly uid?: number; readonly gid?: number } {
    return identity;
}

/** Writes a file that only the cluster may read, such as the key of its certificate. @returns its path */
export function serverFile(folder: string, name: string, content: string): string {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    if (identity.uid !== undefined) {
        chownSync(file, identity.uid, identity.gid);
        // Other users can reach files in the folder, but cannot list it.
        chmodSync(folder, 0o711);
    }
    return file;
}

/** @returns the folder of the programs */
async function installed(): Promise<string> {
    const root = await installedPrograms(POSTGRES_PACKAGE, PROGRAMS);
    return join(root, BIN);
}
