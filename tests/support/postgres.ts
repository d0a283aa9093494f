/**
 * A real PostgreSQL 15 for integration tests, from Debian's packages: the machine needs none of its own. A cluster lives
 * in a temporary folder, is reached through a Unix socket there, and can be killed as a power cut would.
 */
import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    chownSync,
    closeSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    openSync,
    readFileSync,
    readdirSync,
    renameSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import { fetchPackages } from "../../toolchain/debian/packages";
import { unpack } from "../../toolchain/debian/unpack";
import { withLock } from "../../toolchain/lock";
import { embassyHome } from "../../toolchain/paths";

const run = promisify(execFile);

const START_TIMEOUT_MS = 30_000;
/** Kept between runs: fetching and unpacking takes a minute. */
const installation = join(embassyHome, "tests", "postgresql-15");
/** PostgreSQL refuses to run as root: then it runs as Debian's `nobody`. */
const UNPRIVILEGED = 65_534;
const identity = process.getuid?.() === 0 ? { uid: UNPRIVILEGED, gid: UNPRIVILEGED } : {};
const PROGRAMS = ["initdb", "postgres"] as const;

export class Postgres {
    private server: ChildProcess | undefined;

    private constructor(
        private readonly folder: string,
        private readonly bin: string,
        private readonly settings: Readonly<Record<string, string>>,
        private readonly wrapper: readonly string[] = [],
    ) {}

    /**
     * A new, running cluster. Commits reach the disk before they are acknowledged, as in production.
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
        // Not below EMBASSY_HOME: a socket's path has at most 107 bytes, and that folder may be closed to `nobody`.
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
     * A cluster that follows this one, from a copy of its files that is taken while it stands still.
     * @param settings of its own
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

    /** One statement on a connection of its own. */
    async query(sql: string, database = "postgres"): Promise<Record<string, unknown>[]> {
        const client = new Client({ host: this.folder, port: Number(this.port), user: "embassy", database });
        await client.connect();
        try {
            return (await client.query<Record<string, unknown>>(sql)).rows;
        } finally {
            await client.end();
        }
    }

    /** The first row of what the statement finds, once it finds any. */
    async until(sql: string): Promise<Record<string, unknown>> {
        for (;;) {
            const [found] = await this.query(sql);
            if (found !== undefined) {
                return found;
            }
            await sleep(50);
        }
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
                throw new Error(`postgres did not start:\n${readFileSync(this.log, "utf8").slice(-2000)}`);
            }
            await sleep(50);
        }
    }

    /** What a power cut leaves: no process has the time to write anything. */
    async kill(): Promise<void> {
        await this.end("SIGKILL");
        // The children see that their parent is gone; the next server must not meet one that has not yet.
        await sleep(500);
    }

    async remove(): Promise<void> {
        await this.end("SIGINT");
        rmSync(this.folder, { recursive: true, force: true });
    }

    /** Of the socket's name as well. */
    private get port(): string {
        return this.settings["port"] ?? "5432";
    }

    private get data(): string {
        return join(this.folder, "data");
    }

    private get log(): string {
        return join(this.folder, "log");
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

/** A file that a cluster reads and nobody else may, such as the key of its certificate. @returns its path */
export function serverFile(folder: string, name: string, content: string): string {
    const file = join(folder, name);
    writeFileSync(file, content, { mode: 0o600 });
    if (identity.uid !== undefined) {
        chownSync(file, identity.uid, identity.gid);
        // The folder is to be passed through, and not to be listed.
        chmodSync(folder, 0o711);
    }
    return file;
}

/** @returns the folder of the programs */
async function installed(): Promise<string> {
    if (existsSync(installation)) {
        return programs(installation);
    }
    mkdirSync(join(installation, ".."), { recursive: true });
    await withLock(`${installation}.lock`, async () => {
        if (!existsSync(installation)) {
            const fresh = `${installation}.new`;
            // Scripts, Perl and documents of what it depends on are of no use here.
            const packages = await fetchPackages(["postgresql-15"]);
            await unpack(
                packages.filter(({ name }) => /^(lib|gcc|zlib|postgresql-15$)/.test(name)),
                fresh,
            );
            wrap(fresh);
            renameSync(fresh, installation);
        }
    });
    return programs(installation);
}

function programs(root: string): string {
    return join(root, "usr", "lib", "postgresql", "15", "bin");
}

/**
 * The packages' programs with the packages' own loader and libraries, whatever C library the machine has. Each becomes
 * a script under its own name, because initdb starts the `postgres` beside it and both find their files from there.
 */
function wrap(root: string): void {
    const multiarch = ["lib", "usr/lib"].flatMap((parent) =>
        existsSync(join(root, parent))
            ? readdirSync(join(root, parent))
                  .filter((name) => name.endsWith("-linux-gnu"))
                  .map((name) => join(parent, name))
            : [],
    );
    const loader = multiarch
        .flatMap((folder) => readdirSync(join(root, folder)).map((name) => join(folder, name)))
        .find((file) => /\/ld-linux-[^/]+\.so\.\d+$/.test(file));
    if (loader === undefined) {
        throw new Error(`no dynamic loader in ${root}: is libc6 among the packages?`);
    }
    for (const name of PROGRAMS) {
        const program = join(programs(root), name);
        renameSync(program, `${program}.elf`);
        const up = "$here/../../../../..";
        writeFileSync(
            program,
            [
                "#!/bin/sh",
                'here=$(dirname "$0")',
                `exec "${up}/${loader}" --argv0 "$0" --library-path "${multiarch.map((folder) => `${up}/${folder}`).join(":")}" "$0.elf" "$@"`,
                "",
            ].join("\n"),
        );
        chmodSync(program, 0o755);
    }
    execFileSync("chmod", ["-R", "a+rX", root]);
}
