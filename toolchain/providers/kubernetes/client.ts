/** HTTP to the API server: JSON in, JSON out, kept-alive connections. */
import http from "node:http";
import https from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { PlainMap } from "../../plugin/values";
import { type Credentials, type Options, credentialsFor } from "./credentials";
import { ApiError, UnreachableError, messageOf } from "./errors";
import { ClusterAddress } from "./kubeconfig";
import { isMap, text } from "./objects";
import { type ClientSettings, Throttle, clientSettings } from "./throttle";

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Request {
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly path: string;
    readonly query?: Query;
    readonly body?: unknown;
    readonly contentType?: string;
    readonly accept?: string;
    readonly timeoutMs?: number;
    readonly signal?: AbortSignal;
}
export interface WatchEvent {
    readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
    readonly object: PlainMap;
}

/** A watch is renewed this often, so that a connection that died without a word is noticed. */
const WATCH_SECONDS = 30;
/** How often a request is sent again that the API server put off (429, 503) or that met a closed connection. */
const RETRIES = 5;

export class Client {
    private credentials: Promise<Credentials> | undefined;
    private readonly throttle: Throttle;

    constructor(
        private readonly address: ClusterAddress,
        private readonly settings: ClientSettings = clientSettings(undefined, {}),
    ) {
        this.throttle = new Throttle(settings);
    }

    /** The JSON answer. Throws {@link ApiError} for a refusal and {@link UnreachableError} where there is no answer. */
    async request(request: Request): Promise<PlainMap> {
        for (let attempt = 0; ; attempt++) {
            try {
                return await this.attempt(request);
            } catch (error) {
                const delay = this.retryDelay(error, request, attempt);
                if (delay === undefined) {
                    throw this.asUnreachable(error, request);
                }
                await sleep(delay, undefined, { signal: request.signal });
            }
        }
    }

    /** The changes of a collection after `query.resourceVersion`, until the API server ends the stream. */
    async *watch(path: string, query: Query, signal: AbortSignal): AsyncGenerator<WatchEvent> {
        const response = await this.send({
            method: "GET",
            path,
            query: { ...query, watch: "true", timeoutSeconds: WATCH_SECONDS },
            timeoutMs: (WATCH_SECONDS + 10) * 1000,
            signal,
        });
        response.setEncoding("utf8");
        let rest = "";
        for await (const chunk of response as AsyncIterable<string>) {
            const lines = (rest + chunk).split("\n");
            rest = lines.pop() ?? "";
            for (const line of lines) {
                yield parsed(line) as WatchEvent;
            }
        }
    }

    private async attempt(request: Request): Promise<PlainMap> {
        const answer = parsed(await read(await this.send(request)));
        return isMap(answer as PlainMap) ? (answer as PlainMap) : {};
    }

    /** The response, once it is known to be a success. */
    private async send(request: Request): Promise<http.IncomingMessage> {
        await this.throttle.turn(request.signal);
        const { headers, ...options } = await this.authorised();
        const url = new URL(this.address.server.replace(/\/$/, "") + request.path);
        for (const [key, value] of Object.entries(request.query ?? {})) {
            if (value !== undefined) {
                url.searchParams.set(key, String(value));
            }
        }
        const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
        const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
            const transport = url.protocol === "http:" ? http : https;
            const outgoing = transport.request(
                url,
                {
                    ...options,
                    method: request.method,
                    signal: request.signal,
                    headers: {
                        ...headers,
                        accept: request.accept ?? "application/json",
                        "user-agent": "pulumi-kubernetes-air-gap",
                        ...(body && {
                            "content-type": request.contentType ?? "application/json",
                            "content-length": body.length,
                        }),
                    },
                },
                resolve,
            );
            const limit = request.timeoutMs ?? this.settings.timeout * 1000;
            const timer = setTimeout(() => outgoing.destroy(new TimeoutError(limit)), limit);
            outgoing.on("error", reject).on("close", () => clearTimeout(timer));
            outgoing.end(body);
        });
        if ((response.statusCode ?? 0) >= 400) {
            throw await apiError(response);
        }
        return response;
    }

    private async authorised(): Promise<Options> {
        this.credentials ??= credentialsFor(this.address.config);
        if (Date.now() >= (await this.credentials).expires) {
            this.credentials = credentialsFor(this.address.config);
        }
        return (await this.credentials).options;
    }

    private retryDelay(error: unknown, request: Request, attempt: number): number | undefined {
        if (attempt >= RETRIES || request.signal?.aborted) {
            return undefined;
        }
        if (error instanceof ApiError && error.code === 401 && attempt === 0) {
            // The token may have expired: the next attempt asks for another one.
            this.credentials = undefined;
            return 0;
        }
        if (error instanceof ApiError && [429, 503].includes(error.code)) {
            return 250 * 2 ** attempt;
        }
        // The other side may close a kept-alive connection just when it is used again. A POST may have arrived all the same.
        const closed = isNetworkError(error) && ["ECONNRESET", "EPIPE"].includes(error.code);
        return closed && request.method !== "POST" ? 0 : undefined;
    }

    private asUnreachable(error: unknown, request: Request): unknown {
        if (error instanceof ApiError || request.signal?.aborted) {
            return error;
        }
        return new UnreachableError(unreachable(this.address, messageOf(error)), { cause: error });
    }
}

export function unreachable({ context, server, source }: ClusterAddress, reason: string): string {
    return (
        `cannot reach the Kubernetes cluster: context "${context}", server ${server} (${source}): ${reason}. ` +
        `Nothing in it is taken for deleted. ${HOW_TO_GO_ON}`
    );
}
export const HOW_TO_GO_ON =
    "Start the cluster or correct the kubeconfig, then run the command again; if the cluster is gone for good, " +
    "`PULUMI_K8S_DELETE_UNREACHABLE=true pulumi refresh` drops its resources from the state";

class TimeoutError extends Error {
    constructor(milliseconds: number) {
        super(`no answer within ${milliseconds / 1000} s`);
    }
}

function isNetworkError(error: unknown): error is Error & { code: string } {
    return error instanceof Error && "code" in error && typeof error.code === "string";
}

async function read(response: http.IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of response as AsyncIterable<Buffer>) {
        chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
}

/** The parser's own message quotes what it read, which may be a Secret's. */
function parsed(answer: string): unknown {
    try {
        return JSON.parse(answer);
    } catch {
        throw new Error("what it answered is no JSON: it was cut off, or another server answers in its place");
    }
}

/** The error that an answer with a failure describes. */
export async function apiError(response: http.IncomingMessage): Promise<ApiError> {
    const body = await read(response);
    try {
        const status = JSON.parse(body) as PlainMap;
        if (text(status, "kind") === "Status") {
            return new ApiError(response.statusCode ?? 0, status);
        }
    } catch {
        // The body is not JSON: it is a proxy's page, or the plain text of a path that is not served.
    }
    return new ApiError(response.statusCode ?? 0, {}, body.trim().slice(0, 200));
}
