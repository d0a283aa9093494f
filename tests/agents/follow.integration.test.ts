/** Servers that are told about a renewed certificate start to use it, and clients that connect meanwhile do not notice. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type TLSSocket, connect } from "node:tls";
import { RELOAD_MS } from "../../agents/https";
import { leaseServer } from "../../agents/lease-agent/partner";
import { following } from "../../infra/kubernetes/workload";
import { buildToolchain, silent } from "../../toolchain/build";
import { binDir } from "../../command-line/paths";
import { freePorts } from "../support/apiserver";
import { type Pair, issued } from "../support/certificates";
import { Postgres } from "../support/postgres";

jest.setTimeout(120_000);

/** Debian's `nobody`. Postgres runs as this user if the tests run as root. */
const NOBODY = 65_534;

let folder: string;
let root: Pair;
beforeAll(async () => {
    await buildToolchain({ parts: ["follow", "versitygw"], progress: silent });
    root = await issued({ commonName: "root" });
});
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "follow-"));
    chmodSync(folder, 0o711);
    mkdirSync(join(folder, "tls"));
});
afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
});

/** Replaces the files of a mounted Secret at once, as the kubelet does. @returns the new certificate */
async function renew(tls = join(folder, "tls")): Promise<string> {
    const { key, certificate } = await issued({ commonName: "lease.land", dnsNames: ["localhost"], by: root });
    const data = mkdtempSync(join(tls, "..data-"));
    chmodSync(data, 0o755);
    for (const [name, content] of Object.entries({
        "tls.key": key,
        "tls.crt": certificate,
        "ca.crt": root.certificate,
    })) {
        writeFileSync(join(data, name), content, { mode: 0o600 });
        if (process.getuid?.() === 0) {
            chownSync(join(data, name), NOBODY, NOBODY);
        }
    }
    symlinkSync(basename(data), join(tls, "..next"));
    renameSync(join(tls, "..next"), join(tls, "..data"));
    for (const name of ["tls.key", "tls.crt", "ca.crt"]) {
        symlinkSync(join("..data", name), join(tls, `..${name}`));
        renameSync(join(tls, `..${name}`), join(tls, name));
    }
    return certificate;
}

/** The image's command that runs a program and tells it about renewed certificates. */
function follow(program: string): string[] {
    const [path = "", ...rest] = following(join(folder, "tls"), program);
    return [join(binDir, basename(path)), ...rest];
}

/** Connects over TLS. @param postgres whether TLS must be requested first, as Postgres' protocol requires */
async function meet(port: number, postgres = false): Promise<TLSSocket> {
    const plain = connectPlain(port, "127.0.0.1");
    await once(plain, "connect");
    if (postgres) {
        // SSLRequest: https://www.postgresql.org/docs/17/protocol-message-formats.html
        plain.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
        const [answer] = (await once(plain, "data")) as [Buffer];
        expect(answer.toString()).toBe("S");
    }
    const socket = connect({ socket: plain, servername: "localhost", ca: root.certificate });
    await once(socket, "secureConnect");
    socket.on("error", () => undefined);
    return socket;
}

/** Connects repeatedly until the wanted certificate is shown. A refused connection fails the test. @returns how many connections that took */
async function meetUntilRenewed(port: number, wanted: string, postgres = false): Promise<number> {
    for (let met = 1; ; met++) {
        const socket = await meet(port, postgres);
        const shown = socket.getPeerX509Certificate()?.toString();
        socket.destroy();
        if (shown?.trim() === wanted.trim()) {
            return met;
        }
        await sleep(20);
    }
}

describe("a server that reads its certificate at its start and at SIGHUP", () => {
    let store: ChildProcess | undefined;
    let database: Postgres | undefined;
    afterEach(async () => {
        await database?.remove();
        if (store !== undefined) {
            const gone = once(store, "exit");
            store.kill();
            // The follower passes on the signal to the server, and the server's exit code to its parent.
            if ((await gone)[0] !== 0) {
                throw new Error("the store did not end as it does when it is asked to");
            }
        }
        [store, database] = [undefined, undefined];
    });

    it("is the object store, whose clients notice nothing", async () => {
        await renew();
        const [port = 0] = await freePorts(1);
        writeFileSync(join(folder, "users.json"), "{}");
        writeFileSync(join(folder, "buckets.json"), "[]");
        const [program = "", ...args] = follow(join(binDir, "versitygw"));
        store = spawn(program, args, {
            env: {
                STORE_PORTS: `127.0.0.1:${port}`,
                STORE_CERTIFICATE: join(folder, "tls", "tls.crt"),
                STORE_KEY: join(folder, "tls", "tls.key"),
                STORE_DATA: folder,
                STORE_USERS: join(folder, "users.json"),
                STORE_BUCKETS: join(folder, "buckets.json"),
                STORE_OBJECT_LOCK_DAYS: "1",
            },
            stdio: "ignore",
        });
        const before = await untilServed(() => meet(port));
        expect(await meetUntilRenewed(port, await renew())).toBeGreaterThan(1);
        expect(before.destroyed).toBe(false);
        before.destroy();
    });

    it("is Postgres, whose clients notice nothing", async () => {
        await renew();
        const [port = 0] = await freePorts(1);
        const file = (name: string): string => join(folder, "tls", name);
        const settings = {
            fsync: "off",
            listen_addresses: "127.0.0.1",
            port: String(port),
            ssl: "on",
            ssl_cert_file: file("tls.crt"),
            ssl_key_file: file("tls.key"),
        };
        database = await Postgres.start(settings, follow("").slice(0, -1));
        const before = await meet(port, true);
        expect(await meetUntilRenewed(port, await renew(), true)).toBeGreaterThan(1);
        expect(before.destroyed).toBe(false);
        before.destroy();
    });
});

describe("a server of ours", () => {
    it("takes a renewed certificate by itself", async () => {
        const look = jest.spyOn(global, "setInterval");
        const first = await renew();
        const server = leaseServer(join(folder, "tls"), ["lease.land"], () => Promise.reject(new Error("unheard")));
        await once(server.listen(0, "127.0.0.1"), "listening");
        const { port } = server.address() as AddressInfo;
        expect(await meetUntilRenewed(port, first)).toBe(1);
        const next = await renew();
        const [again, pause] = look.mock.calls.find(([, milliseconds]) => milliseconds === RELOAD_MS) ?? [];
        expect(pause).toBe(RELOAD_MS);
        again?.();
        expect(await meetUntilRenewed(port, next)).toBe(1);
        server.close();
    });
});

async function untilServed<T>(attempt: () => Promise<T>): Promise<T> {
    for (;;) {
        try {
            return await attempt();
        } catch {
            await sleep(50);
        }
    }
}
