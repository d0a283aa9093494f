/** images/postgres/member.py in the image of Postgres as it is made, with its Patroni, under chroot. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    chownSync,
    mkdirSync,
    mkdtempSync,
    readFileSync,
    rmSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { type RequestOptions, request } from "node:https";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { zstdDecompressSync } from "node:zlib";
import { embassyHome } from "../../command-line/paths";
import { buildImages, layoutFolder } from "../../images/build";
import { postgres as image } from "../../images/catalogue/postgres";
import { blobFile } from "../../images/oci";
import { MEMBER_PROGRAM } from "../../infra/conventions/programs";
import { type Identity, LEASE_AGENT_USER, POSTGRES } from "../../infra/conventions/users";
import { PATHS, memberName, ownerName, planDatabase } from "../../infra/registries/plan-database";
import { localConfiguration } from "../../infra/registries/postgres/patroni";
import { EDGE_API_ROLE, LEASE_AGENT_ROLE, setupScript } from "../../infra/registries/roles";
import { parseConfig } from "../../infra/site/config";
import { freePorts } from "../support/apiserver";
import { type Pair, issued } from "../support/certificates";
import { stackValues } from "../support/stacks";

const plan = planDatabase("land", "registry-land", parseConfig("tallinn", stackValues("tallinn")));
const isRoot = process.getuid?.() === 0;
const skipped = isRoot ? "" : " (skipped: chroot needs root)";
/** Debian's package's own user, whom earlier releases ran as. */
const FORMER = 100;

let home: string;
let root: string;
beforeAll(async () => {
    if (isRoot) {
        mkdirSync(join(embassyHome, "tests"), { recursive: true });
        mkdirSync(join(embassyHome, "cache"), { recursive: true });
        home = mkdtempSync(join(embassyHome, "tests", "member-"));
        symlinkSync(join(embassyHome, "cache"), join(home, "cache"));
        await buildImages({ images: [image], home });
        root = mkdtempSync(join(home, "root-"));
        chmodSync(root, 0o755);
        execFileSync("tar", ["--extract", "--same-permissions", `--directory=${root}`, "--file=-"], { input: layer() });
    }
}, 600_000);
afterAll(() => {
    if (isRoot) {
        rmSync(home, { recursive: true, force: true });
    }
});

function layer(): Buffer {
    const layout = layoutFolder(image.name, home);
    const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));
    const { manifests } = read(join(layout, "index.json")) as { manifests: { digest: string }[] };
    const { layers } = read(blobFile(layout, manifests[0]?.digest ?? "")) as { layers: { digest: string }[] };
    return zstdDecompressSync(readFileSync(blobFile(layout, layers[0]?.digest ?? "")));
}

function chrooted({ uid, gid }: Identity, ...command: string[]): [string, string[]] {
    return ["/usr/sbin/chroot", [`--userspec=${uid}:${gid}`, "--groups=", root, ...command]];
}

function run(user: Identity, ...command: string[]): string {
    const [program, args] = chrooted(user, ...command);
    return execFileSync(program, args, { env: { ...image.env }, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Python with the program's functions at hand. */
function script(...lines: string[]): string {
    const folder = MEMBER_PROGRAM.slice(0, MEMBER_PROGRAM.lastIndexOf("/"));
    return [`import sys; sys.path.insert(0, '${folder}')`, "import member", ...lines].join("\n");
}

(isRoot ? describe : describe.skip)(`a member's API${skipped}`, () => {
    let server: ChildProcess;
    let port: number;
    let authority: Pair;
    /** What changes something: `POST /reload` and the like. */
    let changes: string[];
    beforeAll(async () => {
        authority = await issued({ commonName: "authority" });
        const own = await issued({ commonName: memberName("land"), dnsNames: plan.dnsNames, by: authority });
        mkdirSync(join(root, PATHS.tls), { recursive: true });
        const files = { "ca.crt": authority.certificate, "tls.crt": own.certificate, "tls.key": own.key };
        Object.entries(files).forEach(([name, text]) => writeFileSync(join(root, PATHS.tls, name), text));
        [port = 0] = await freePorts(1);
        const { restapi } = localConfiguration(plan) as { restapi: Record<string, unknown> };
        const configuration = JSON.stringify({ ...restapi, listen: `127.0.0.1:${port}` });
        // As declared, before a member that says yes to everything.
        const code = script(
            "import json",
            "from unittest.mock import MagicMock",
            "from patroni.api import RestApiServer",
            `member.admit('${memberName("land")}')`,
            `server = RestApiServer(MagicMock(), json.loads('${configuration}'))`,
            "server.start()",
            "print(*(name for name in dir(server.RequestHandlerClass) if name.startswith('do_')), flush=True)",
            "server.join()",
        );
        const [program, args] = chrooted(POSTGRES, "python3", "-c", code);
        server = spawn(program, args, { env: { ...image.env }, stdio: ["ignore", "pipe", "ignore"] });
        const [line] = (await once(createInterface(server.stdout as NodeJS.ReadableStream), "line")) as [string];
        changes = line
            .split(" ")
            .map((name) => name.split("_").slice(1))
            .filter(([verb = "", path]) => path !== undefined && !["GET", "HEAD", "OPTIONS"].includes(verb))
            .map(([verb = "", ...path]) => `${verb} /${path.join("_")}`);
    }, 60_000);
    afterAll(async () => {
        const gone = once(server, "exit");
        server.kill("SIGKILL");
        await gone;
    });

    /** The answer's status. @param shown the certificate that whoever asks has */
    function asked(change: string, shown?: Pair): Promise<number | undefined> {
        const [method = "", path = ""] = change.split(" ");
        const options: RequestOptions = {
            ...(shown && { key: shown.key, cert: shown.certificate }),
            ca: authority.certificate,
            servername: plan.dnsNames[0] ?? "",
            host: "127.0.0.1",
            port,
            method,
            path,
            agent: false,
        };
        return new Promise((resolve, reject) => {
            request(options, (response) => {
                response.resume();
                resolve(response.statusCode);
            })
                .once("error", reject)
                .end();
        });
    }

    it("has the changes that Patroni's documentation names", () => {
        const known = ["POST /reload", "POST /restart", "POST /switchover", "POST /failover", "POST /reinitialize"];
        expect(changes).toEqual(expect.arrayContaining([...known, "PATCH /config", "PUT /config", "DELETE /restart"]));
    });

    it.each([
        ["a member of another registry", memberName("taxes")],
        ["its registry's owner", ownerName("land")],
        ["the edge", EDGE_API_ROLE],
        ["who has the name in part", `${memberName("land")}s`],
    ])("lets %s change nothing", async (_, commonName) => {
        const shown = await issued({ commonName, dnsNames: [], by: authority });
        for (const change of changes) {
            expect([change, await asked(change, shown)]).toEqual([change, 403]);
        }
    });

    it("lets nobody change anything without a certificate, and tells kubelets how it is", async () => {
        for (const change of changes) {
            expect([change, await asked(change)]).toEqual([change, 403]);
        }
        expect(await asked("GET /config")).toBe(200);
    });

    it("has no handshake with a member of another authority", async () => {
        const other = await issued({ commonName: "authority" });
        const shown = await issued({ commonName: memberName("land"), dnsNames: [], by: other });
        await expect(asked("POST /reload", shown)).rejects.toThrow(/unknown ca|ECONNRESET|socket hang up/);
    });

    it("lets its own registry's members", async () => {
        const shown = await issued({ commonName: memberName("land"), dnsNames: [], by: authority });
        expect(await asked("POST /reload", shown)).toBe(202);
    });

    it("takes no certificate whose time is over, as a resumed session has it", () => {
        const shown =
            "{'subject': ((('commonName', 'x'),),), 'notBefore': 'Jan  1 00:00:00 2026 GMT', 'notAfter': 'Jan  2 00:00:00 2026 GMT'}";
        const times = "[1767225599, 1767225600, 1767311999, 1767312000]";
        const said = run(
            POSTGRES,
            "python3",
            "-c",
            script(`print([member.is_member(${shown}, 'x', at) for at in ${times}])`),
        );
        expect(said.trim()).toBe("[False, True, True, False]");
    });
});

(isRoot ? describe : describe.skip)(`a database that another release's user has left${skipped}`, () => {
    const take = (): string => run(POSTGRES, "python3", "-c", script(`member.take_over('${PATHS.data}')`));
    const start = (): string => run(POSTGRES, "postgres", "--single", "-D", PATHS.data, "postgres");
    const inRoot = (path: string): string => join(root, path);

    beforeAll(() => {
        mkdirSync(join(root, "dev"), { recursive: true });
        execFileSync("mknod", ["--mode=666", join(root, "dev", "null"), "c", "1", "3"]);
        run(POSTGRES, "initdb", "--no-sync", "--locale=C.UTF-8", "-D", PATHS.data);
        // As it was left, and what a kubelet does where a volume's group is another: https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
        execFileSync("chown", ["-R", `${FORMER}:${POSTGRES.gid}`, inRoot(PATHS.home)]);
        execFileSync("chmod", ["-R", "g+rwX", inRoot(PATHS.home)]);
    });

    it("is not opened by Postgres as it is", () => {
        expect(start).toThrow(/has wrong ownership/);
    });

    it("is opened once it is taken over, also where that was interrupted, and stays where it was then", () => {
        // Half of it is moved.
        execFileSync("mv", [inRoot(PATHS.data), inRoot(`${PATHS.data}.former`)]);
        execFileSync("install", [
            "-d",
            "-m",
            "700",
            "-o",
            `${POSTGRES.uid}`,
            "-g",
            `${POSTGRES.gid}`,
            inRoot(PATHS.data),
        ]);
        execFileSync("mv", [inRoot(`${PATHS.data}.former/base`), inRoot(PATHS.data)]);
        take();
        expect(start()).toMatch(/backend>/);
        take();
        expect(start()).toMatch(/backend>/);
    });
});

(isRoot ? describe : describe.skip)(`the lease agent at the database's socket${skipped}`, () => {
    let server: ChildProcess;
    const psql = (user: Identity, role: string, database: string, ...words: string[]): string =>
        run(
            user,
            "psql",
            "--no-psqlrc",
            `--host=${PATHS.socket}`,
            "--set=ON_ERROR_STOP=1",
            `--username=${role}`,
            database,
            ...words,
        );
    const asks = (sql: string, role: string = LEASE_AGENT_ROLE, database = "postgres") =>
        psql(LEASE_AGENT_USER, role, database, `--command=${sql}`);

    beforeAll(async () => {
        const { postgresql } = localConfiguration(plan) as { postgresql: Record<"pg_hba" | "pg_ident", string[]> };
        const file = (name: string, text: string): string => {
            writeFileSync(join(root, "tmp", name), text, { mode: 0o644 });
            return `/tmp/${name}`;
        };
        const settings = {
            hba_file: file("hba.conf", `${postgresql.pg_hba.join("\n")}\n`),
            ident_file: file("ident.conf", `${postgresql.pg_ident.join("\n")}\n`),
            unix_socket_directories: PATHS.socket,
            listen_addresses: "",
            // It has no certificate, and asks nobody from afar.
            ssl: "on",
            ssl_cert_file: `${PATHS.tls}/tls.crt`,
            ssl_key_file: `${PATHS.tls}/tls.key`,
        };
        chownSync(join(root, PATHS.tls, "tls.key"), POSTGRES.uid, POSTGRES.gid);
        chmodSync(join(root, PATHS.tls, "tls.key"), 0o600);
        const options = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
        const [program, args] = chrooted(POSTGRES, "postgres", "-D", PATHS.data, ...options);
        server = spawn(program, args, { env: { ...image.env }, stdio: ["ignore", "ignore", "pipe"] });
        for await (const line of createInterface(server.stderr as NodeJS.ReadableStream)) {
            if (/ready to accept connections/.test(line)) {
                break;
            }
        }
        // As Patroni has it run, twice, as by the next leader.
        const setup = file("setup.sql", setupScript(plan));
        psql(POSTGRES, "postgres", "postgres", `--file=${setup}`);
        psql(POSTGRES, "postgres", "postgres", `--file=${setup}`);
    }, 60_000);
    afterAll(async () => {
        const gone = once(server, "exit");
        server.kill("SIGQUIT");
        await gone;
    });

    it("does what it is there for", () => {
        expect(asks("UPDATE embassy.heartbeat SET at = clock_timestamp()")).toMatch(/^UPDATE 1$/m);
        expect(asks("ALTER SYSTEM SET synchronous_standby_names = ''")).toMatch(/^ALTER SYSTEM$/m);
        expect(asks("SELECT count(*) > 0 FROM pg_ls_waldir()")).toMatch(/^ t$/m);
    });

    it.each([
        ["the superuser", "postgres", "postgres"],
        ["who follows", "replicator", "postgres"],
        ["the registry's owner", "land", "land"],
        ["itself in the registry", LEASE_AGENT_ROLE, "land"],
    ])("is not let in as %s", (_, role, database) => {
        expect(() => asks("SELECT 1", role, database)).toThrow(
            /[Pp]eer authentication failed|no pg_hba.conf entry|rejects connection/,
        );
    });

    it.each([
        ["SELECT pg_read_file('/etc/passwd')", /permission denied/],
        ["COPY embassy.heartbeat TO PROGRAM 'true'", /permission denied|must be superuser/],
        ["ALTER SYSTEM SET archive_command = 'true'", /permission denied/],
        ["ALTER ROLE writer SUPERUSER", /must be superuser/],
        ["SET ROLE postgres", /permission denied/],
        ["SELECT * FROM pg_authid", /permission denied/],
        ["CREATE ROLE more", /permission denied/],
    ])("may not %s", (sql, refusal) => {
        expect(() => asks(sql)).toThrow(refusal);
    });

    it("reads none of the database's files", () => {
        expect(() => run(LEASE_AGENT_USER, "sh", "-c", `read x < ${PATHS.data}/PG_VERSION`)).toThrow(
            /[Pp]ermission denied/,
        );
    });
});
