/** HTTPS with own certificates at both ends, which `fetch` cannot do. */
import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { constants } from "node:crypto";
import { type RequestOptions, type Server, type ServerOptions, request } from "node:https";
import type { Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { SecureContextOptions, TLSSocket } from "node:tls";
import { TLS } from "../infra/conventions/mounted";
import { AgentError, log, messageOf } from "./agent";

/** Milliseconds between two looks of a server whether its certificate was renewed. */
export const RELOAD_MS = 10 * 60 * 1000;

/**
 * Key and certificate of this end, and the authority that it trusts. They are read each time, because a renewed certificate replaces the
 * files.
 * @param folder a mounted Secret of type kubernetes.io/tls, with `ca.crt`
 */
export function identity(
    folder: string,
): Required<Pick<SecureContextOptions, "key" | "cert" | "ca">> & { readonly minVersion: "TLSv1.3" } {
    const file = (name: string): Buffer => readFileSync(join(folder, name));
    return { key: file(TLS.key), cert: file(TLS.certificate), ca: file(TLS.authority), minVersion: "TLSv1.3" };
}

/** Milliseconds within which a client must end its handshake; Node.js itself gives it 120 s. */
const HANDSHAKE_MS = 5_000;
/** Milliseconds within which a whole request must come in. Node.js closes a connection that says nothing between two requests after 5 s. */
const REQUEST_MS = 10_000;
/** Connections open at once, in all. */
const MOST_CONNECTIONS = 500;
/** Connections open at once from one address: a tenth of all, so that others are served while one uses all that it gets. */
const MOST_OF_ADDRESS = 50;

/**
 * What every server of ours has in common.
 *
 * No session is resumed: TLS checks a certificate's end in a full handshake alone, and a ticket outlives it (RFC 8446, 4.6.1).
 *
 * @param folder as in {@link identity}
 */
export function serverOptions(folder: string): ServerOptions {
    return {
        ...identity(folder),
        secureOptions: constants.SSL_OP_NO_TICKET,
        handshakeTimeout: HANDSHAKE_MS,
        requestTimeout: REQUEST_MS,
        headersTimeout: REQUEST_MS,
        connectionsCheckingInterval: 1_000,
    };
}

/** Whether the certificate that the client has shown is in force now, because a connection may stay open beyond its end. */
export function isInForce(socket: TLSSocket): boolean {
    const shown = socket.getPeerX509Certificate();
    const now = Date.now();
    return shown !== undefined && Date.parse(shown.validFrom) <= now && now < Date.parse(shown.validTo);
}

/**
 * Has a server use a renewed certificate as it comes.
 * @param folder as in {@link identity}
 * @param authority PEM of the clients' authority, where it is not that of the folder
 */
export function renewed(server: Server, folder: string, authority?: string): Server {
    const looking = setInterval(() => {
        try {
            server.setSecureContext({ ...identity(folder), ...(authority !== undefined && { ca: authority }) });
        } catch (error) {
            // It goes on with what it has, and looks again.
            log("certificate not read", { error: messageOf(error) });
        }
    }, RELOAD_MS).unref();
    return server.once("close", () => clearInterval(looking));
}

/** The same for a server that strangers reach: its connections are limited, also by address. */
export function bounded(server: Server, folder: string, authority?: string): Server {
    server.maxConnections = MOST_CONNECTIONS;
    const open = new Map<string, number>();
    server.on("connection", (socket: Socket) => {
        const address = socket.remoteAddress ?? "";
        const others = open.get(address) ?? 0;
        if (others >= MOST_OF_ADDRESS) {
            socket.destroy();
            return;
        }
        open.set(address, others + 1);
        socket.once("close", () => {
            const left = (open.get(address) ?? 1) - 1;
            if (left === 0) {
                open.delete(address);
            } else {
                open.set(address, left);
            }
        });
    });
    return renewed(server, folder, authority);
}

type Sending = RequestOptions & { readonly timeout: number };

/**
 * Sends one request.
 * @param options with a `timeout` in milliseconds, for the whole exchange
 * @throws AgentError where nobody answers
 */
export async function send(
    { timeout, headers, ...options }: Sending,
    body?: string,
): Promise<{ readonly status: number; readonly content: string }> {
    const length = body === undefined ? {} : { "content-length": Buffer.byteLength(body) };
    try {
        return await new Promise((resolve, reject) => {
            const sending = {
                ...options,
                headers: { ...(headers as OutgoingHttpHeaders | undefined), ...length },
                signal: AbortSignal.timeout(timeout),
            };
            const sent = request(sending, (response) => {
                text(response)
                    .then((content) => ({ status: response.statusCode ?? 0, content }))
                    .then(resolve, reject);
            });
            sent.once("error", reject);
            sent.end(body);
        });
    } catch (error) {
        throw noAnswer(options, error);
    }
}

/** Sends JSON and returns the JSON of the answer. @throws AgentError where nobody answers, or the answer is not JSON */
export async function requestJson(
    options: Sending,
    body?: unknown,
): Promise<{ readonly status: number; readonly content: unknown }> {
    const { status, content } = await send(options, body === undefined ? undefined : JSON.stringify(body));
    try {
        return { status, content: JSON.parse(content) as unknown };
    } catch (error) {
        throw noAnswer(options, error);
    }
}

function noAnswer({ host, port, path }: RequestOptions, error: unknown): AgentError {
    return new AgentError(`No answer from https://${host ?? ""}:${port ?? ""}${path ?? ""}: ${messageOf(error)}`);
}
