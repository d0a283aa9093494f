/**
 * A connection to a port of a pod through the API server, as with `kubectl port-forward`, but without a port on this machine that others
 * could use. The client library has a PortForward, which takes everything at once: a load of hundreds of megabytes would lie in memory.
 * This one takes no more than the network does.
 *
 * Messages of the protocol are a byte with the number of a channel, and data. The first message of each channel is the
 * port. https://kubernetes.io/docs/reference/using-api/websocket-streaming/
 */
import { Duplex } from "node:stream";
import type { KubeConfig } from "@kubernetes/client-node/dist/config.js";
import { type ClientOptions, WebSocket } from "ws";
import { UserError } from "../command-line/command";
import { apiError } from "../toolchain/providers/kubernetes/client";
import { ApiError } from "../toolchain/providers/kubernetes/errors";

const PROTOCOL = "v4.channel.k8s.io";
const CHANNELS = { data: 0, error: 1 } as const;
const TO_POD = Buffer.from([CHANNELS.data]);

export interface PodPort {
    readonly namespace: string;
    readonly pod: string;
    readonly port: number;
}

/** The way to a port of a pod of the cluster in `config`; whoever uses it begins with `connect`. */
export async function podSocket(config: KubeConfig, { namespace, pod, port }: PodPort): Promise<PodSocket> {
    const server = config.getCurrentCluster()?.server.replace(/^http/, "ws").replace(/\/$/, "") ?? "";
    const options: ClientOptions = { perMessageDeflate: false };
    await config.applyToHTTPSOptions(options);
    const path = `/api/v1/namespaces/${namespace}/pods/${pod}/portforward?ports=${port}`;
    return new PodSocket(() => new WebSocket(`${server}${path}`, PROTOCOL, options));
}

/** A socket into a pod, with those members of `net.Socket` that the driver of Postgres uses. */
export class PodSocket extends Duplex {
    private socket: WebSocket | undefined;
    private readonly begun = new Set<number>();

    constructor(private readonly open: () => WebSocket) {
        super({ allowHalfOpen: false });
    }

    connect(): this {
        const socket = this.open();
        this.socket = socket;
        socket.on("open", () => this.emit("connect"));
        socket.on("message", (message: Buffer) => this.receive(message));
        socket.on("unexpected-response", (_, response) => {
            // The API server, or the node, says why.
            const said = apiError(response).catch((error: unknown) => error as Error);
            void said.then((error) => this.destroy(isRefused(error) ? noEntry(error) : lost(error.message)));
        });
        socket.on("error", ({ message }) => this.destroy(lost(message)));
        socket.on("close", () => this.push(null));
        return this;
    }

    /** Does nothing, because the API server and this process set it on their own sockets. */
    setNoDelay(): this {
        return this;
    }

    setKeepAlive(): this {
        return this;
    }

    override _read(): void {
        this.socket?.resume();
    }

    override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
        this.send([chunk], done);
    }

    override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
        this.send(
            chunks.map(({ chunk }) => chunk),
            done,
        );
    }

    override _final(done: () => void): void {
        this.socket?.close();
        done();
    }

    override _destroy(error: Error | null, done: (error: Error | null) => void): void {
        // A closing handshake would wait for an answer.
        this.socket?.terminate();
        // Where TLS above has failed, it says why in the next turn of the event loop, and that reason must be heard before the stream ends.
        setImmediate(() => setImmediate(done, error));
    }

    private send(chunks: readonly Buffer[], done: (error?: Error | null) => void): void {
        // The write is done when the kernel has it, so that the writer is as fast as the network.
        this.socket?.send(Buffer.concat([TO_POD, ...chunks]), done);
    }

    private receive(message: Buffer): void {
        const channel = message.readUInt8(0);
        if (!this.begun.has(channel)) {
            this.begun.add(channel);
        } else if (channel === CHANNELS.error) {
            this.destroy(lost(message.toString("utf8", 1).trim()));
        } else if (!this.push(message.subarray(1))) {
            this.socket?.pause();
        }
    }
}

function isRefused(error: Error): boolean {
    return error instanceof ApiError && error.code === 403;
}

function noEntry({ message }: Error): Error {
    return new UserError(
        `${message}. npm run keys -- break-glass gives a person a certificate that is let in: name its kubeconfig with EMBASSY_KUBECONFIG.`,
    );
}

/** An error with the code that a socket's own errors have. */
function lost(message: string): Error {
    return Object.assign(new Error(message), { code: "ECONNRESET" });
}
