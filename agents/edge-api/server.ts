/** The server that allies speak to: HTTPS with client certificates, in which nothing can be changed. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Server, createServer } from "node:https";
import type { TLSSocket } from "node:tls";
import { z } from "zod";
import { log, messageOf } from "../agent";
import { bounded, isInForce, serverOptions } from "../https";
import { NO_CONTROL, isAskersFault, queryOf } from "../query";
import { Rates } from "../rates";
import { type Admitted, admittedAs, allyOf } from "./admission";
import type { Row } from "./registry";

export interface EdgeOptions {
    /** Folder with the server's key and certificate, and the authority of the allies' certificates. */
    readonly folder: string;
    readonly admitted: Admitted;
    readonly requestsPerMinute: number;
    readonly registries: readonly string[];
    readonly ask: (registry: string, of: string, at: string) => Promise<readonly Row[]>;
}

interface Answer {
    readonly status: number;
    readonly content: object;
    readonly headers?: Readonly<Record<string, string>>;
}

/** `?of=<code>&at=<day>`; a database has no year 0 */
const asked = z.strictObject({
    of: z.string().min(1).max(200).regex(NO_CONTROL),
    at: z.iso
        .date()
        .refine((day) => day >= "0001-01-01")
        .optional(),
});

export function edgeServer(options: EdgeOptions): Server {
    const { folder, admitted, requestsPerMinute } = options;
    const rates = new Rates(requestsPerMinute);
    const tls = { ...serverOptions(folder), requestCert: true, rejectUnauthorized: true };
    const server = createServer(tls, (request, response) => {
        const socket = request.socket as TLSSocket;
        const certificate = isInForce(socket) ? admittedAs(socket, admitted) : undefined;
        answer(request, certificate, rates, options)
            .catch((error: unknown) => {
                log("a registry does not answer", { error: messageOf(error) });
                return refusal(503, "the registry does not answer: ask again in a minute", { "retry-after": "60" });
            })
            .then((answered) => {
                // The log never says whom a question is about.
                log("asked", { certificate, method: request.method, status: answered.status });
                send(response, answered);
            })
            .catch((error: unknown) => log("not answered", { error: messageOf(error) }));
    });
    return bounded(server, folder);
}

/** @throws Error where the registry does not answer */
async function answer(
    { method, url = "" }: IncomingMessage,
    certificate: string | undefined,
    rates: Rates,
    { registries, ask }: EdgeOptions,
): Promise<Answer> {
    if (certificate === undefined) {
        return refusal(403, "this certificate is not, or no longer, admitted", { connection: "close" });
    }
    const wait = await rates.take(allyOf(certificate));
    if (wait !== undefined) {
        return refusal(429, `too many requests: ask again in ${wait} s`, { "retry-after": String(wait) });
    }
    if (method !== "GET" && method !== "HEAD") {
        return refusal(405, "registries are read here, and nothing else", { allow: "GET, HEAD" });
    }
    const parsed = URL.parse(url, "https://edge");
    const registry = registries.find((name) => parsed?.pathname === `/${name}`);
    if (parsed === null || registry === undefined) {
        return refusal(404, `ask one of ${registries.map((name) => `/${name}`).join(", ")}`);
    }
    const unclear = refusal(400, `ask /${registry}?of=CODE&at=YYYY-MM-DD; without at it is as of today`);
    const question = asked.safeParse(queryOf(parsed.search));
    if (!question.success) {
        return unclear;
    }
    const { of, at = new Date().toISOString().slice(0, 10) } = question.data;
    try {
        return { status: 200, content: { registry, of, at, rows: await ask(registry, of, at) } };
    } catch (error) {
        if (isAskersFault(error)) {
            return unclear;
        }
        throw error;
    }
}

function refusal(status: number, refused: string, headers: Answer["headers"] = {}): Answer {
    return { status, content: { refused }, headers };
}

function send(response: ServerResponse, { status, content, headers }: Answer): void {
    response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store", ...headers });
    response.end(JSON.stringify(content));
}
