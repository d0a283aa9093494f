/** Runs the public page, with the legislation registry behind it, and reads it as a visitor would. */
import type { ChildProcess } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { freePorts } from "./apiserver";
import { type Pair, secretFolder, startDeclared, startPair } from "./edge";

export const GAZETTE_NAME = "gazette.luxembourg.embassy.internal";

export interface Answered {
    readonly status: number;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
}

export class RunningGazette {
    private constructor(
        readonly port: number,
        readonly databases: Pair,
        private readonly authority: string,
        private readonly folder: string,
        private readonly program: ChildProcess,
    ) {}

    static async start(): Promise<RunningGazette> {
        const folder = mkdtempSync(join(tmpdir(), "gazette-"));
        const root = await issueAuthority({ commonName: "root" }, 1);
        const authority = await issueAuthority({ commonName: "edge" }, 1);
        const [port = 0, databasePort = 0] = await freePorts(2);
        const databases = await startPair("legislation", folder, root, databasePort);
        await commit(databases);
        const server = await issueLeaf(authority, { commonName: "gazette", names: [GAZETTE_NAME] }, 1);
        const role = await issueLeaf(root, { commonName: "gazette" }, 1);
        const program = await startDeclared("gazette", "edge-gazette-server", folder, {
            PORT: String(port),
            CERTIFICATE: secretFolder(join(folder, "server"), authority, server),
            DATABASES: JSON.stringify({ legislation: { host: "localhost", database: "legislation" } }),
            DATABASE_PORT: String(databasePort),
            DATABASE_CERTIFICATE: secretFolder(join(folder, "reader"), root, role),
        });
        return new RunningGazette(port, databases, authority, folder, program);
    }

    /** The public key of the authority that readers trust, as SubjectPublicKeyInfo in DER. */
    get trusted(): Buffer {
        const { publicKey } = new X509Certificate(pemBlock(this.authority, "CERTIFICATE"));
        return publicKey.export({ type: "spki", format: "der" });
    }

    /** @param from address of the reader */
    get(path: string, method = "GET", from = "127.0.0.1"): Promise<Answered> {
        const ca = pemBlock(this.authority, "CERTIFICATE");
        const to = { host: "127.0.0.1", port: this.port, servername: GAZETTE_NAME, ca, agent: false as const };
        return new Promise((resolve, reject) => {
            const sent = request({ ...to, path, method, localAddress: from }, (response) => {
                text(response).then(
                    (body) => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
                    reject,
                );
            });
            sent.once("error", reject);
            sent.end();
        });
    }

    async stop(): Promise<void> {
        this.program.kill();
        await this.databases.standby.remove();
        await this.databases.primary.remove();
        rmSync(this.folder, { recursive: true });
    }
}

/** Commits once, as the lease agent does each second: before that, a newly started standby cannot tell how recent its data is. */
async function commit({ primary, standby }: Pair): Promise<void> {
    await primary.query("CREATE TABLE written ()");
    await standby.until("SELECT WHERE pg_last_xact_replay_timestamp() IS NOT NULL");
}
