/** Builds the real image of Postgres and runs it with chroot instead of a container engine, which needs root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    chownSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    readdirSync,
    readlinkSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { join, parse } from "node:path";
import { kill } from "node:process";
import { createInterface } from "node:readline";
import { zstdDecompressSync } from "node:zlib";
import { withLock } from "../../command-line/lock.js";
import { embassyHome } from "../../command-line/paths";
import { buildImages, layoutFolder } from "../../images/build";
import { postgres as image } from "../../images/catalogue/postgres";
import { blobFile } from "../../images/oci";
import { PROGRAM } from "../../infra/conventions/programs";
import { type Identity, POSTGRES } from "../../infra/conventions/users";
import { DATABASE, PATHS, memberName, planDatabase } from "../../infra/registries/plan-database";
import { parseConfig } from "../../infra/site/config";
import { type Pair, issued } from "./certificates";
import { stackValues } from "./stacks";

/** `describe` if the tests run as root, and `describe.skip` otherwise. */
export const describeAsRoot = process.getuid?.() === 0 ? describe : describe.skip;
/** The database whose member the container is. */
export const plan = planDatabase("land", "registry-land", parseConfig("tallinn", stackValues("tallinn")));

/** Patroni looks up its Postgres in /proc, and its threads meet in /dev/shm. Both are mounted for the command alone. */
const CHROOT = [
    'mkdir -p "$0/proc" "$0/dev/shm" && mount --bind /proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" && user=$1 && shift',
    'exec /usr/sbin/chroot --userspec="$user" --groups= "$0" "$@"',
].join(" && ");

export class PostgresImage {
    private readonly started: ChildProcess[] = [];

    private constructor(
        readonly root: string,
        /** The authority that issues every certificate of the site. */
        readonly authority: Pair,
    ) {}

    /** Unpacks the image, and puts the member's key and certificate where its pod has them. @param issuer the site's authority, a new one by default */
    static async create(issuer?: Pair): Promise<PostgresImage> {
        const home = join(embassyHome, "tests", "postgres-image");
        // The image is that of the clone's own home, which all tests find built.
        const shared = ["cache", "images"];
        [home, ...shared.map((name) => join(embassyHome, name))].forEach((each) =>
            mkdirSync(each, { recursive: true }),
        );
        await withLock(`${home}.lock`, async () => {
            for (const name of shared.filter((each) => !existsSync(join(home, each)))) {
                symlinkSync(join(embassyHome, name), join(home, name));
            }
            await buildImages({ images: [image], home });
        });
        const root = mkdtempSync(join(embassyHome, "tests", "root-"));
        chmodSync(root, 0o755);
        const unpacking = ["--extract", "--same-permissions", `--directory=${root}`, "--file=-"];
        execFileSync("tar", unpacking, { input: layer(home) });
        // A container runtime would add these.
        mkdirSync(join(root, "dev"), { recursive: true });
        execFileSync("mknod", ["--mode=666", join(root, "dev", "null"), "c", "1", "3"]);
        writeFileSync(join(root, "etc", "hosts"), `127.0.0.1 ${DATABASE}\n`);
        const authority = issuer ?? (await issued({ commonName: "authority" }));
        const created = new PostgresImage(root, authority);
        const own = await issued({ commonName: memberName(plan.registry), dnsNames: plan.dnsNames, by: authority });
        created.give(PATHS.tls, { "ca.crt": authority.certificate, "tls.crt": own.certificate, "tls.key": own.key });
        return created;
    }

    async remove(): Promise<void> {
        await this.end("SIGQUIT");
        rmSync(this.root, { recursive: true, force: true });
    }

    /** Ends every server. Patroni takes its Postgres along at SIGTERM alone. */
    async end(signal: NodeJS.Signals): Promise<void> {
        const running = this.started.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
        for (const server of running) {
            const gone = once(server, "exit");
            server.kill(signal);
            await gone;
        }
    }

    /** Ends every process in it at once, as a container's end does. */
    kill(): void {
        for (const process of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
            try {
                if (readlinkSync(`/proc/${process}/root`) === this.root) {
                    kill(Number(process), "SIGKILL");
                }
            } catch {
                // It has ended meanwhile.
            }
        }
    }

    /** Writes files that only the image's user can read. @param folder in the image */
    give(folder: string, files: Readonly<Record<string, string>>): void {
        const path = join(this.root, folder);
        mkdirSync(path, { recursive: true });
        for (const [name, text] of Object.entries(files)) {
            writeFileSync(join(path, name), text, { mode: 0o600 });
            chownSync(join(path, name), POSTGRES.uid, POSTGRES.gid);
        }
        chownSync(path, POSTGRES.uid, POSTGRES.gid);
    }

    /** Runs a command. @returns its output @throws Error of `execFileSync` if it fails */
    run(user: Identity, ...command: string[]): string {
        const [program, args] = this.chrooted(user, command);
        return execFileSync(program, args, { env: { ...image.env }, encoding: "utf8", stdio: "pipe", input: "" });
    }

    /** Starts a server. @returns the line of its output that matches `up` */
    said(up: RegExp, ...command: string[]): Promise<string> {
        const [program, args] = this.chrooted(POSTGRES, ["sh", "-c", 'exec "$@" 2>&1', "sh", ...command]);
        const server = spawn(program, args, { env: { ...image.env }, stdio: ["ignore", "pipe", "ignore"] });
        this.started.push(server);
        const before: string[] = [];
        return new Promise((resolve, reject) => {
            createInterface(server.stdout).on("line", (line) => {
                before.push(line);
                if (up.test(line)) {
                    resolve(line);
                }
            });
            server.once("exit", () => reject(new Error(`${command.join(" ")} ended: ${before.join("\n")}`)));
        });
    }

    private chrooted({ uid, gid }: Identity, command: readonly string[]): [string, string[]] {
        return ["/usr/bin/unshare", ["--mount", "/bin/sh", "-c", CHROOT, this.root, `${uid}:${gid}`, ...command]];
    }
}

function layer(home: string): Buffer {
    const layout = layoutFolder(image.name, home);
    const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
    const { manifests } = read(join(layout, "index.json")) as { manifests: { digest: string }[] };
    const { layers } = read(blobFile(layout, manifests[0]?.digest ?? "")) as { layers: { digest: string }[] };
    return zstdDecompressSync(readFileSync(blobFile(layout, layers[0]?.digest ?? "")));
}

/** A script for python3 that imports the program that starts a member, and then runs `lines`. */
export function memberScript(...lines: readonly string[]): string {
    return scriptOf(PROGRAM.member, ...lines);
}

/** A script for python3 that imports a program of the image under the name of its file, and then runs `lines`. */
export function scriptOf(program: string, ...lines: readonly string[]): string {
    const { dir, name } = parse(program);
    return [`import sys; sys.path.insert(0, '${dir}')`, `import ${name}`, ...lines].join("\n");
}
