import { type ChildProcess, spawn } from "node:child_process";
import { request } from "node:http";
import { type AddressInfo, type Server, connect, createServer } from "node:net";
import { join } from "node:path";
import { repoRoot } from "../../../command-line/paths";
import { removeTemporary, temporaryHome } from "../../support/lab";

const relays: ChildProcess[] = [];
const servers: Server[] = [];

afterEach(async () => {
    relays.splice(0).forEach((relay) => relay.kill("SIGKILL"));
    await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
    removeTemporary();
});

/** Starts a server that answers in capitals what it is sent. @returns its port */
async function shouter(): Promise<number> {
    const server = createServer((socket) => socket.on("data", (data) => socket.end(data.toString().toUpperCase())));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
}

async function relay(socket: string, rule: string): Promise<void> {
    relays.push(spawn(process.execPath, ["--no-warnings", join(repoRoot, "lab/nodes/relay.ts"), "record", rule]));
    while (!(await isOpen(socket))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

/** Whether a process listens. The socket's file alone does not show that: it exists before, and after the process was killed. */
function isOpen(path: string): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ path }, () => {
            socket.destroy();
            resolve(true);
        }).on("error", () => resolve(false));
    });
}

function ask(to: { path: string }): Promise<string> {
    return new Promise((resolve, reject) => {
        const socket = connect(to, () => socket.write("hello"));
        socket.on("data", (data) => resolve(data.toString())).on("error", reject);
    });
}

/** The status of the proxy's answer, and the text that comes through it. */
function throughProxy(socketPath: string, target: string): Promise<{ status: number; answer: string }> {
    return new Promise((resolve, reject) => {
        request({ socketPath, method: "CONNECT", path: target })
            .on("connect", ({ statusCode: status = 0 }, socket, head) => {
                if (status !== 200) {
                    resolve({ status, answer: head.toString() });
                    return;
                }
                socket.on("data", (data) => resolve({ status, answer: data.toString() }));
                socket.write("hello");
            })
            .on("error", reject)
            .end();
    });
}

describe("the relay between a site's network and the host", () => {
    it("carries a connection from a socket to a port", async () => {
        const socket = join(temporaryHome(), "api.sock");
        await relay(socket, `listen=${socket},to=127.0.0.1:${await shouter()}`);
        expect(await ask({ path: socket })).toBe("HELLO");
    });

    it("opens what the API server asks for with CONNECT, and says when it cannot", async () => {
        const socket = join(temporaryHome(), "egress.sock");
        await relay(socket, `connect=${socket}`);
        expect(await throughProxy(socket, `127.0.0.1:${await shouter()}`)).toEqual({ status: 200, answer: "HELLO" });
        expect((await throughProxy(socket, "127.0.0.1:1")).status).toBe(502);
    });

    it("lives through a client that goes away, and takes the place of a relay that was killed", async () => {
        const socket = join(temporaryHome(), "api.sock");
        const rule = `listen=${socket},to=127.0.0.1:${await shouter()}`;
        await relay(socket, rule);
        connect({ path: socket }).destroy();
        expect(await ask({ path: socket })).toBe("HELLO");
        relays.pop()?.kill("SIGKILL");
        await new Promise((resolve) => setTimeout(resolve, 50));
        await relay(socket, rule);
        expect(await ask({ path: socket })).toBe("HELLO");
    });
});
