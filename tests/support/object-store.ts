/** A real object store for integration tests: versitygw on a loopback port, over TLS, with its data in a temporary folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ListObjectVersionsCommand, type S3Client } from "@aws-sdk/client-s3";
import { storeClient } from "../../agents/store/client";
import type { StoreUsers } from "../../infra/conventions/object-store";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { buildToolchain, silent } from "../../toolchain/build";
import { binDir } from "../../command-line/paths";
import { freePorts } from "./apiserver";

export const REGION = "test";
export const OBJECT_LOCK_DAYS = 1;
const HEALTH = "/health";
const START_TIMEOUT_MS = 20_000;
const isRoot = process.getuid?.() === 0;

export interface StartOptions {
    /** How many days the store keeps each version locked. */
    readonly objectLockDays?: number;
    readonly users?: StoreUsers;
    readonly buckets?: readonly string[];
    /** A running store, over whose folders this one starts a second process that must not write. */
    readonly readonlyOf?: TestStore;
}

export class TestStore {
    private server: ChildProcess | undefined;
    private readonly clients: S3Client[] = [];
    private output = "";

    private constructor(
        readonly folder: string,
        /** The authority that issued its certificate, as PEM. */
        readonly authority: string,
        readonly port: number,
        private readonly options: StartOptions,
    ) {}

    static async start(options: StartOptions = {}): Promise<TestStore> {
        await buildToolchain({ parts: ["versitygw"], progress: silent });
        const [port = 0] = await freePorts(1);
        // The folder is directly below the system's temporary folder, because a socket's path has at most 107 bytes.
        const folder = options.readonlyOf?.folder ?? mkdtempSync(join(tmpdir(), "store-"));
        const authority = await issueAuthority({ commonName: "test" }, 1);
        const leaf = await issueLeaf(authority, { commonName: "store", names: ["localhost", "127.0.0.1"] }, 1);
        const store = new TestStore(folder, pemBlock(authority, "CERTIFICATE"), port, options);
        writeFileSync(store.file("tls.key"), pemBlock(leaf, "PRIVATE KEY"), { mode: 0o600 });
        writeFileSync(store.file("tls.crt"), pemBlock(leaf, "CERTIFICATE"));
        if (options.readonlyOf === undefined) {
            store.write("users.json", options.users ?? {});
            store.write("buckets.json", options.buckets ?? []);
        }
        await store.resume();
        return store;
    }

    get pid(): number {
        return this.server?.pid ?? 0;
    }

    get url(): string {
        return `https://localhost:${this.port}`;
    }

    /** @param url of a proxy, if requests do not go directly to the store */
    client(user: string, secret: string, url = this.url): S3Client {
        const client = storeClient({ url, region: REGION, authority: this.authority, user, secret }, 1);
        this.clients.push(client);
        return client;
    }

    /** Changes users and buckets as an update of the mounted Secret and ConfigMap would, and waits until the store has made the buckets. */
    async declare(users: StoreUsers, buckets: readonly string[]): Promise<void> {
        const [reader = ""] = Object.keys(users);
        this.write("users.json", users);
        this.write("buckets.json", buckets);
        const client = this.client(reader, users[reader]?.secret ?? "");
        const last = buckets.at(-1);
        const deadline = Date.now() + START_TIMEOUT_MS;
        // Once the bucket exists, the error is another one, or there is none.
        while ((await outcome(client.send(new ListObjectVersionsCommand({ Bucket: last })))) === "NoSuchBucket") {
            if (Date.now() > deadline) {
                throw new Error(`The store has not made ${last}:\n${this.output}`);
            }
            await sleep(20);
        }
    }

    async resume(objectLockDays = this.options.objectLockDays ?? OBJECT_LOCK_DAYS): Promise<void> {
        const { readonlyOf } = this.options;
        const env = {
            STORE_REGION: REGION,
            STORE_PORTS: `127.0.0.1:${this.port}`,
            STORE_CERTIFICATE: this.file("tls.crt"),
            STORE_KEY: this.file("tls.key"),
            STORE_DATA: this.folder,
            STORE_USERS: this.file("users.json"),
            STORE_BUCKETS: this.file("buckets.json"),
            STORE_OBJECT_LOCK_DAYS: String(objectLockDays),
            STORE_HEALTH: HEALTH,
            ...(readonlyOf !== undefined && { STORE_READ_ONLY: "true" }),
        };
        const [program, ...args] = [...this.wrapper(), join(binDir, "versitygw")];
        const server = spawn(program, args, { env, stdio: ["ignore", "pipe", "pipe"] });
        this.server = server;
        for (const stream of [server.stdout, server.stderr]) {
            stream.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
        }
        const deadline = Date.now() + START_TIMEOUT_MS;
        while (!(await this.answers())) {
            if (server.exitCode !== null || Date.now() > deadline) {
                throw new Error(`The store did not start:\n${this.output}`);
            }
            await sleep(20);
        }
    }

    private answers(): Promise<boolean> {
        return new Promise((resolve) => {
            get(`${this.url}${HEALTH}`, { ca: this.authority, agent: false }, (response) => {
                response.resume();
                resolve(response.statusCode === 200);
            }).once("error", () => resolve(false));
        });
    }

    /** Replaces the file atomically, as Kubernetes does. */
    private write(name: string, value: unknown): void {
        writeFileSync(this.file(`${name}.new`), JSON.stringify(value), { mode: 0o600 });
        renameSync(this.file(`${name}.new`), this.file(name));
    }

    /** A command that makes the folder read-only for the store's process alone. Only root can do that. */
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

    /** A file in the store's folder. A read-only store has its own key and certificate there. */
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
