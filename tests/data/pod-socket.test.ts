import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { WebSocket, WebSocketServer } from "ws";
import { mayPass } from "../../data/database";
import { PodSocket } from "../../data/pod-socket";

const PORT = Buffer.from([0x38, 0x15]);
const CHUNK = Buffer.alloc(64 * 1024, "x");

let server: WebSocketServer;
let pod: PodSocket;
let peer: WebSocket;

function say(channel: number, data: Buffer): void {
    peer.send(Buffer.concat([Buffer.from([channel]), data]));
}

beforeEach(async () => {
    server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "v4.channel.k8s.io" });
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    pod = new PodSocket(() => new WebSocket(`ws://127.0.0.1:${port}`, "v4.channel.k8s.io")).connect();
    [[peer]] = (await Promise.all([once(server, "connection"), once(pod, "connect")])) as [[WebSocket], unknown[]];
    say(0, PORT);
    say(1, PORT);
});
afterEach(() => {
    pod.destroy();
    peer.terminate();
    server.close();
});

describe("a connection to a port of a pod", () => {
    it("carries both ways, and ends with the other side", async () => {
        peer.on("message", (message: Buffer) => {
            say(0, Buffer.from(message.subarray(1).toString().toUpperCase()));
            peer.close();
        });
        pod.write("hello");
        expect((await buffer(pod)).toString()).toBe("HELLO");
    });

    it("takes no more than its peer does", async () => {
        peer.pause();
        let taken = 0;
        for (let i = 0; i < 1000; i++) {
            pod.write(CHUNK, () => (taken += CHUNK.length));
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(taken).toBeLessThan(1000 * CHUNK.length);
        expect(pod.writableNeedDrain).toBe(true);

        let received = 0;
        peer.on("message", (message: Buffer) => (received += message.length - 1));
        peer.resume();
        pod.end();
        await once(peer, "close");
        expect([taken, received]).toEqual([1000 * CHUNK.length, 1000 * CHUNK.length]);
    });

    it("is sent no more than is read", async () => {
        let sent = 0;
        for (let i = 0; i < 1000; i++) {
            peer.send(Buffer.concat([Buffer.from([0]), CHUNK]), () => (sent += CHUNK.length));
        }
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(sent).toBeLessThan(1000 * CHUNK.length);
        peer.close();
        expect(await buffer(pod)).toHaveLength(1000 * CHUNK.length);
    });

    it("fails with what the node says", async () => {
        const failed = once(pod, "error") as Promise<Error[]>;
        say(1, Buffer.from("connection refused inside the pod\n"));
        expect((await failed)[0]).toMatchObject({ message: "connection refused inside the pod", code: "ECONNRESET" });
    });

    /** The error if the API server answers like this. */
    async function refusedWith(status: number, message: string): Promise<Error | undefined> {
        const api = createServer((_, response) => {
            response.statusCode = status;
            response.end(JSON.stringify({ kind: "Status", message }));
        });
        await once(api.listen(0, "127.0.0.1"), "listening");
        const { port } = api.address() as AddressInfo;
        const refused = new PodSocket(() => new WebSocket(`ws://127.0.0.1:${port}`, "v4.channel.k8s.io"));
        const failed = once(refused, "error") as Promise<Error[]>;
        refused.connect();
        const [error] = await failed;
        api.close();
        return error;
    }

    it("fails with what the API server says that does not open it", async () => {
        const error = await refusedWith(500, "the node is not there yet");
        expect(error).toMatchObject({ message: "the node is not there yet", code: "ECONNRESET" });
    });

    it("is not tried again where the API server lets nobody in, who is told how", async () => {
        const error = await refusedWith(403, "nobody works here");
        expect(error?.message).toMatch(/^nobody works here\. npm run keys -- break-glass .*EMBASSY_KUBECONFIG\.$/);
        expect(mayPass(error)).toBe(false);
    });

    it("fails where there is no API server", async () => {
        const refused = new PodSocket(() => new WebSocket("ws://127.0.0.1:1", "v4.channel.k8s.io"));
        const failed = once(refused, "error") as Promise<Error[]>;
        refused.connect();
        expect((await failed)[0]?.message).toContain("ECONNREFUSED");
    });
});
