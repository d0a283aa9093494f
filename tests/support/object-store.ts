/** A real object store for integration tests: versitygw on a loopback port, over TLS, with its data in a temporary folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { S3Client } from "@aws-sdk/client-s3";
import { storeClient } from "../../agents/store/client";
import type { StoreUsers } from "../../infra/conventions/object-store";
import { Accounts } from "../../agents/object-store-controller/accounts";
import { reconcile } from "../../agents/object-store-controller/reconcile";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { buildToolchain, silent } from "../../toolchain/build";
import { binDir } from "../../command-line/paths";
import { freePorts } from "./apiserver";

export const REGION = "test";
export const OBJECT_LOCK_DAYS = 1;
export const ADMINISTRATOR = { user: "administrator", secret: "administrators-secret" } as const;
const START_TIMEOUT_MS = 20_000;
const isRoot = process.getuid?.() === 0;

export interface StartOptions {
    /** Where it tells of what was written. */
    readonly events?: string;
    /** Another process over the same folders, which must not write. */
    readonly readonlyOf?: TestStore;
}

export class TestStore {
    private server: ChildProcess | undefined;
    private readonly clients: S3Client[] = [];
    private output = "";

    private constructor(
        readonly folder: string,
        /** PEM: the authority behind its certificate. */
        readonly authority: string,
        readonly port: number,
        private readonly options: StartOptions,
    ) {}

    static async start(options: StartOptions = {}): Promise<TestStore> {
        await buildToolchain({ parts: ["versitygw"], progress: silent });
        const [port = 0] = await freePorts(1);
        // A socket's path has at most 107 bytes.
        const folder = options.readonlyOf?.folder ?? mkdtempSync(join(tmpdir(), "store-"));
        for (const name of ["objects", "versions", "accounts"]) {
            mkdirSync(join(folder, name), { recursive: true });
        }
        const authority = await issueAuthority({ commonName: "test" }, 1);
        const leaf = await issueLeaf(authority, { commonName: "store", names: ["localhost", "127.0.0.1"] }, 1);
        const store = new TestStore(folder, pemBlock(authority, "CERTIFICATE"), port, options);
        writeFileSync(store.file("tls.key"), pemBlock(leaf, "PRIVATE KEY"), { mode: 0o600 });
        writeFileSync(store.file("tls.crt"), pemBlock(leaf, "CERTIFICATE"));
        await store.resume();
        return store;
    }

    get url(): string {
        return `https://localhost:${this.port}`;
    }

    /** @param url of somebody in between, where it is not the store itself */
    client(user: string, secret: string, url = this.url): S3Client {
        const client = storeClient({ url, region: REGION, authority: this.authority, user, secret }, 1);
        this.clients.push(client);
        return client;
    }

    get administrator(): S3Client {
        return this.client(ADMINISTRATOR.user, ADMINISTRATOR.secret);
    }

    get accounts(): Accounts {
        return new Accounts(this.file("administration"), this.administrator);
    }

    /** What the controller does, once. */
    async declare(users: StoreUsers, buckets: readonly string[]): Promise<string[]> {
        const declared = { users, buckets, objectLockDays: OBJECT_LOCK_DAYS, renewLocks: false };
        return reconcile(declared, this.administrator, this.accounts);
    }

    async resume(): Promise<void> {
        const { events, readonlyOf } = this.options;
        const env = {
            ROOT_ACCESS_KEY_ID: ADMINISTRATOR.user,
            ROOT_SECRET_ACCESS_KEY: ADMINISTRATOR.secret,
            VGW_REGION: REGION,
            VGW_PORT: `127.0.0.1:${this.port}`,
            VGW_CERT: this.file("tls.crt"),
            VGW_KEY: this.file("tls.key"),
            VGW_VERSIONING_DIR: this.file("versions"),
            VGW_IAM_DIR: this.file("accounts"),
            VGW_DISABLE_ACL: "true",
            ...(events !== undefined && { VGW_EVENT_WEBHOOK_URL: events }),
            ...(readonlyOf === undefined
                ? { VGW_ADMIN_PORT: this.file("administration"), VGW_SOCKET_PERM: "0600" }
                : { VGW_READ_ONLY: "true" }),
        };
        const [program, ...args] = [...this.wrapper(), join(binDir, "versitygw"), "posix", this.file("objects")];
        const server = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
        this.server = server;
        for (const stream of [server.stdout, server.stderr]) {
            stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
        }
        const deadline = Date.now() + START_TIMEOUT_MS;
        const isUp = (): boolean =>
            this.output.includes("S3 service listening") &&
            (readonlyOf !== undefined || existsSync(this.file("administration")));
        while (!isUp()) {
            if (server.exitCode !== null || Date.now() > deadline) {
                throw new Error(`versitygw did not start:\n${this.output}`);
            }
            await sleep(20);
        }
        this.output = "";
    }

    /** Root can make the folder read-only for the one process. */
    private wrapper(): string[] {
        const mount = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';
        return this.options.readonlyOf !== undefined && isRoot
            ? ["/usr/bin/unshare", "--mount", "/bin/sh", "-c", mount, this.folder]
            : [];
    }

    async stop(): Promise<void> {
        const { server } = this;
        this.server = undefined;
        if (server?.exitCode === null) {
            const gone = once(server, "exit");
            server.kill("SIGKILL");
            await gone;
        }
    }

    async remove(): Promise<void> {
        this.clients.forEach((client) => client.destroy());
        await this.stop();
        if (this.options.readonlyOf === undefined) {
            chmodSync(this.folder, 0o700);
            rmSync(this.folder, { recursive: true, force: true });
        }
    }

    /** Of its own: what it reads and writes, and the key and certificate that it shows. */
    file(name: string): string {
        return join(
            this.folder,
            this.options.readonlyOf !== undefined && name.startsWith("tls") ? `view-${name}` : name,
        );
    }
}

/** `done`, or the store's reason why not. */
export async function outcome(ask: Promise<unknown>): Promise<string> {
    return ask.then(
        () => "done",
        (error: unknown) => (error as Error).name,
    );
}
