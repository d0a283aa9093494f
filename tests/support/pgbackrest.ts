/** A real pgBackRest for integration tests, with a repository on disk that is encrypted like a site's. */
import { execFile } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { installedPrograms } from "./debian-programs";
import { serverIdentity } from "./postgres";

const run = promisify(execFile);
const PROGRAM = join("usr", "bin", "pgbackrest");

export class PgBackRest {
    private constructor(
        readonly program: string,
        readonly folder: string,
        readonly stanza: string,
    ) {}

    /** @throws UserError where Debian packages cannot be had on this machine */
    static async create(stanza: string): Promise<PgBackRest> {
        const program = join(await installedPrograms("pgbackrest", [PROGRAM]), PROGRAM);
        const folder = mkdtempSync(join(tmpdir(), "pgbackrest-"));
        chmodSync(folder, 0o755);
        const created = new PgBackRest(program, folder, stanza);
        for (const each of [created.repository, created.locks]) {
            mkdirSync(each);
            chownSync(
                each,
                serverIdentity().uid ?? process.getuid?.() ?? 0,
                serverIdentity().gid ?? process.getgid?.() ?? 0,
            );
        }
        created.configure(created.repository);
        return created;
    }

    get repository(): string {
        return join(this.folder, "repository");
    }

    get configuration(): string {
        return join(this.folder, "pgbackrest.conf");
    }

    /** The `archive_command` of a server. It names the server's own folder, so several servers can share it. */
    get archiveCommand(): string {
        return `${this.program} --config=${this.configuration} --stanza=${this.stanza} --pg1-path="$PWD" archive-push %p`;
    }

    /** Makes all further commands use another folder. @param repository a copy of the repository */
    configure(repository: string): void {
        const lines = [
            "[global]",
            `repo1-path=${repository}`,
            "repo1-cipher-type=aes-256-cbc",
            "repo1-cipher-pass=of-a-test",
            "repo1-bundle=y",
            "repo1-block=y",
            "compress-type=zst",
            "start-fast=y",
            "log-level-file=off",
            `lock-path=${this.locks}`,
            `[${this.stanza}]`,
            "pg1-path=/nonexistent",
        ];
        // The file has the default mode, because Postgres' user reads it too.
        writeFileSync(this.configuration, `${lines.join("\n")}\n`);
    }

    /** Runs a command of pgBackRest. @returns its output */
    async say(...args: readonly string[]): Promise<string> {
        const words = [`--config=${this.configuration}`, ...args];
        const { stdout } = await run(this.program, words, {
            ...serverIdentity(),
            cwd: this.folder,
            maxBuffer: 1 << 26,
        });
        return stdout;
    }

    /** Runs a command about a running server. @param data the server's folder @param environment libpq's variables */
    async of(data: string, environment: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> {
        return this.say(
            `--stanza=${this.stanza}`,
            `--pg1-path=${data}`,
            `--pg1-socket-path=${environment["PGHOST"]}`,
            `--pg1-user=${environment["PGUSER"]}`,
            ...args,
        );
    }

    remove(): void {
        rmSync(this.folder, { recursive: true, force: true });
    }

    private get locks(): string {
        return join(this.folder, "locks");
    }
}
