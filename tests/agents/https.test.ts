/** How the agents' HTTPS server treats clients that send nothing, and clients whose certificate expires meanwhile. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, type Server, createServer, request } from "node:https";
import { type AddressInfo, type Socket, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SecureContextOptions, type TLSSocket, connect as connectTls } from "node:tls";
import { bounded, isInForce, serverOptions } from "../../agents/https";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { secretFolder } from "../support/edge";

const NAME = "edge.example";

let folder: string;
let authority: string;
let server: Server;
let port: number;
const opened: Socket[] = [];
beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "https-"));
    authority = await issueAuthority({ commonName: "edge" }, 1);
    const pem = await issueLeaf(authority, { commonName: "edge", names: [NAME] }, 1);
    const keys = secretFolder(join(folder, "server"), authority, pem);
    const options = { ...serverOptions(keys), requestCert: true, rejectUnauthorized: true };
    const made = createServer(options, (asked, response) => {
        response.writeHead(isInForce(asked.socket as TLSSocket) ? 200 : 403).end();
    });
    server = bounded(made, keys).listen(0, "127.0.0.1");
    await once(server, "listening");
    ({ port } = server.address() as AddressInfo);
});
afterEach(() => {
    for (const socket of opened.splice(0)) {
        socket.destroy();
    }
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
});

async function client(seconds: number): Promise<SecureContextOptions> {
    const pem = await issueLeaf(authority, { commonName: "FI-1" }, seconds / 86_400);
    return {
        key: pemBlock(pem, "PRIVATE KEY"),
        cert: pemBlock(pem, "CERTIFICATE"),
        ca: pemBlock(authority, "CERTIFICATE"),
    };
}

function status(who: SecureContextOptions, more: { localAddress?: string; agent?: Agent } = {}): Promise<number> {
    return new Promise((resolve, reject) => {
        const to = { host: "127.0.0.1", port, servername: NAME, agent: false as const };
        const sent = request({ ...who, ...to, ...more }, (response) => {
            response.resume().once("end", () => resolve(response.statusCode ?? 0));
        });
        sent.once("error", reject).end();
    });
}

async function silent(localAddress: string): Promise<Socket> {
    const socket = connect({ port, host: "127.0.0.1", localAddress });
    socket.on("error", () => undefined);
    opened.push(socket);
    await once(socket, "connect");
    return socket;
}

it("serves others while one address holds 200 connections on which it says nothing, and closes those", async () => {
    const who = await client(60);
    const sockets = await Promise.all(Array.from({ length: 200 }, () => silent("127.0.0.2")));
    const closed = Promise.all(
        sockets.map(async (socket) => {
            if (!socket.closed) {
                await once(socket, "close");
            }
        }),
    );
    expect(await status(who, { localAddress: "127.0.0.3" })).toBe(200);
    // Node.js' own limit for a handshake is two minutes, for which a test cannot wait.
    await closed;
    expect(await status(who, { localAddress: "127.0.0.2" })).toBe(200);
});

it("answers no more on an open connection when the certificate that was shown on it has ended", async () => {
    const who = await client(3);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await status(who, { agent })).toBe(200);
    const [socket] = Object.values(agent.freeSockets).flat();
    expect(socket).toBeDefined();
    while ((await status(who, { agent })) === 200) {
        await new Promise((resolve) => setTimeout(resolve, 250));
    }
    expect(await status(who, { agent })).toBe(403);
    // All requests used the same connection.
    expect(Object.values(agent.freeSockets).flat()).toEqual([socket]);
    agent.destroy();
});

it("resumes no session, so that each handshake looks at the certificate", async () => {
    const who = await client(60);
    const to = { ...who, host: "127.0.0.1", port, servername: NAME };
    const first = connectTls(to);
    const sessions: Buffer[] = [];
    first.on("session", (session: Buffer) => sessions.push(session));
    first.write("GET / HTTP/1.1\r\nhost: edge\r\nconnection: close\r\n\r\n");
    first.resume();
    await once(first, "close");
    for (const session of sessions) {
        const second = connectTls({ ...to, session });
        await once(second, "secureConnect");
        expect(second.isSessionReused()).toBe(false);
        second.destroy();
    }
    const fresh = connectTls(to);
    await once(fresh, "secureConnect");
    expect(fresh.isSessionReused()).toBe(false);
    fresh.destroy();
});
