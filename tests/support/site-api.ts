/**
 * A fake API server that serves one registry's database only: the Secret of its owner, its members, which of them is the leader,
 * and port forwarding to members, each of which is a port of this machine.
 */
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import { OWNER_SECRET } from "../../infra/registries/plan-database";

export interface SiteState {
    /** The data of a Secret of type kubernetes.io/tls, as PEM. */
    secret: Readonly<Record<string, string>> | undefined;
    /** The pods that have the leader's label. */
    labelled: readonly string[];
    /** The pod that holds the leader's lock. */
    leader: string | undefined;
    /** Pod → the port on 127.0.0.1 to which its port 5432 is forwarded. */
    members: Readonly<Record<string, number>>;
    /** An HTTP status that replaces every answer. */
    refusal?: number;
}

export class SiteApi {
    private constructor(
        readonly state: SiteState,
        readonly server: ReturnType<typeof createServer>,
        private readonly sockets: WebSocketServer,
    ) {}

    static async start(namespace: string, state: SiteState): Promise<SiteApi> {
        const base = `/api/v1/namespaces/${namespace}`;
        const server = createServer((request, response) => answer(base, state, request, response));
        const sockets = new WebSocketServer({ server, handleProtocols: () => "v4.channel.k8s.io" });
        sockets.on("connection", (socket, { url }) => {
            const pod = new RegExp(`^${base}/pods/(.+)/portforward\\?ports=5432$`).exec(String(url))?.[1] ?? "";
            forward(socket, state.members[pod] ?? 0);
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        return new SiteApi(state, server, sockets);
    }

    /** Writes a kubeconfig. @returns its path */
    kubeconfig(folder: string, context: string): string {
        const server = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
        const file = join(folder, `${context}.kubeconfig`);
        writeFileSync(
            file,
            JSON.stringify({
                clusters: [{ name: "test", cluster: { server, "insecure-skip-tls-verify": true } }],
                users: [{ name: "test", user: {} }],
                contexts: [{ name: context, context: { cluster: "test", user: "test" } }],
            }),
        );
        return file;
    }

    async stop(): Promise<void> {
        this.sockets.clients.forEach((socket) => socket.terminate());
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}

function answer(base: string, state: SiteState, { url = "" }: IncomingMessage, response: ServerResponse): void {
    const [path = ""] = url.split("?");
    const found = state.refusal === undefined ? objectAt(path.slice(base.length), state) : undefined;
    response.statusCode = found === undefined ? (state.refusal ?? 404) : 200;
    response.end(JSON.stringify(found ?? { kind: "Status", message: "refused by the test" }));
}

function objectAt(path: string, { secret, leader, labelled, members }: SiteState): object | undefined {
    switch (path) {
        case `/secrets/${OWNER_SECRET}`:
            return (
                secret && { data: Object.fromEntries(Object.entries(secret).map(([key, pem]) => [key, base64(pem)])) }
            );
        case "/configmaps/population-leader":
            return leader === undefined ? undefined : { metadata: { annotations: { leader } } };
        case "/pods":
            return {
                items: Object.keys(members).map((name) => ({
                    metadata: { name, labels: { role: labelled.includes(name) ? "primary" : "replica" } },
                    spec: { nodeName: "a1-1" },
                    status: { phase: "Running", podIP: "192.0.2.1" },
                })),
            };
        default:
            return undefined;
    }
}

function base64(text: string): string {
    return Buffer.from(text).toString("base64");
}

/** Forwards a port as a kubelet does: it sends the port on both channels, and then the data. */
function forward(socket: WebSocket, port: number): void {
    const say = (channel: number, data: Buffer): void => socket.send(Buffer.concat([Buffer.from([channel]), data]));
    const number = Buffer.alloc(2);
    number.writeUInt16LE(5432);
    say(0, number);
    say(1, number);
    const target = connect(port, "127.0.0.1");
    socket.on("message", (message: Buffer) => target.write(message.subarray(1)));
    socket.on("close", () => target.destroy());
    target.on("data", (data: Buffer) => say(0, data));
    target.on("error", (error) => say(1, Buffer.from(`failed to connect: ${error.message}\n`)));
    target.on("close", () => socket.close());
}
