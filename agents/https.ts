/** HTTPS with certificates of one's own at both ends: what `fetch` cannot do. */
import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import { type RequestOptions, type Server, request } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { SecureContextOptions } from "node:tls";
import { AgentError, log, messageOf } from "./agent";

/** Milliseconds after which a server looks whether its certificate was renewed. */
export const RELOAD_MS = 10 * 60 * 1000;

/**
 * Who one is in TLS, and whom one trusts. Read each time: a renewed certificate replaces the files.
 * @param folder a mounted Secret of type kubernetes.io/tls, with `ca.crt`
 */
export function identity(
    folder: string,
): Required<Pick<SecureContextOptions, "key" | "cert" | "ca">> & { readonly minVersion: "TLSv1.3" } {
    const file = (name: string): Buffer => readFileSync(join(folder, name));
    return { key: file("tls.key"), cert: file("tls.crt"), ca: file("ca.crt"), minVersion: "TLSv1.3" };
}

/** Limits of a server that strangers reach: the milliseconds within which a whole request must arrive. */
export const REQUEST_LIMITS = {
    requestTimeout: 10_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 1_000,
} as const;
/** Open at once; what is open and says nothing is closed by Node.js after 5 s. */
const MOST_CONNECTIONS = 500;

/** A server that takes a renewed certificate as it comes. @param folder as {@link identity} has it */
export function renewed(server: Server, folder: string): Server {
    const looking = setInterval(() => {
        try {
            server.setSecureContext(identity(folder));
        } catch (error) {
            // It serves on with what it has, and looks again.
            log("certificate not read", { error: messageOf(error) });
        }
    }, RELOAD_MS).unref();
    return server.once("close", () => clearInterval(looking));
}

/** Keeps the certificate of a server that strangers reach up to date, and limits its connections. */
export function kept(server: Server, folder: string): Server {
    server.maxConnections = MOST_CONNECTIONS;
    return renewed(server, folder);
}

type Sending = RequestOptions & { readonly timeout: number };

/**
 * One request.
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

/** Sends JSON and returns the JSON of the answer. @throws AgentError where nobody answers, or not in JSON */
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
