/** Ports on loopback at which a browser on this machine reads what a site of the lab serves; nothing can be changed through them. */
import { type Server, createServer } from "node:http";
import { request } from "node:https";
import type { Socket } from "node:net";
import { type SecureContextOptions, connect } from "node:tls";

export interface Served {
    /** The name that the server's certificate must hold. */
    readonly host: string;
    readonly secure: SecureContextOptions;
    /** A connection into the site. */
    readonly enter: () => Promise<Socket>;
}

const LOOPBACK = "127.0.0.1";
/** Milliseconds in which a server in the site answers. */
const PATIENCE = 10_000;
/** Headers that concern the connection between this end and the site alone. */
const OWN = new Set(["connection", "keep-alive", "transfer-encoding"]);

/** @returns a server that listens at a free port of loopback */
export async function relay({
    host,
    secure,
    enter,
}: Served): Promise<{ readonly server: Server; readonly url: string }> {
    const server = createServer((asked, response) => {
        const fail = (status: number, why: string): void => {
            if (!response.headersSent) {
                response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
            }
            response.end(why);
        };
        // A page of somebody else in the same browser must not read here by a name of its own that leads to loopback.
        if (asked.headers.host !== authority || (asked.method !== "GET" && asked.method !== "HEAD")) {
            fail(403, `Read ${url} itself, and only read.`);
            return;
        }
        const pass = async (): Promise<void> => {
            const socket = await enter();
            response.once("close", () => socket.destroy());
            const tls = connect({ ...secure, socket, servername: host });
            const { "if-none-match": known, "accept-language": language } = asked.headers;
            const sent = request({
                host,
                path: asked.url,
                method: asked.method,
                headers: { ...(known && { "if-none-match": known }), ...(language && { "accept-language": language }) },
                createConnection: () => tls,
                signal: AbortSignal.timeout(PATIENCE),
            });
            tls.once("error", (error: Error) => sent.destroy(error));
            sent.once("error", ({ message }) => fail(502, `The site does not answer: ${message}`));
            sent.once("response", (answer) => {
                const headers = Object.entries(answer.headers).filter(([name]) => !OWN.has(name));
                response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
                answer.pipe(response);
            });
            sent.end();
        };
        pass().catch((error: unknown) => fail(502, `The site lets nobody in: ${(error as Error).message}`));
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(0, LOOPBACK, resolve);
    });
    const { port } = server.address() as { readonly port: number };
    const authority = `${LOOPBACK}:${port}`;
    const url = `http://${authority}/`;
    return { server, url };
}
