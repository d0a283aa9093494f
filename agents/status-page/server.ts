/** The server that persons on duty speak to: HTTPS with client certificates, in which nothing can be changed. */
import type { TLSSocket } from "node:tls";
import { type Server, createServer } from "node:https";
import { type HttpBindings, createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { log, messageOf } from "../agent";
import { type Admitted, admittedAs, allyOf } from "../edge-api/admission";
import { pageResponse } from "../html";
import { bounded, isInForce, serverOptions } from "../https";
import { Rates } from "../rates";
import { refusalPage, statusPage } from "./pages";
import type { Known } from "./reading";
import { POLICY } from "./style";
import { LANGUAGES, type Language, WORDS, type Words } from "./words";

export interface StatusOptions {
    readonly site: string;
    /** What is known of the site now. */
    readonly look: () => Promise<Known>;
    /** Name of the certificate of whoever asks; undefined for somebody who is not admitted. */
    readonly viewer: (socket: TLSSocket) => string | undefined;
    readonly now: () => number;
}

/** A page in a browser, or a telephone, asks once in ten seconds: there is room for several of them. */
const REQUESTS_PER_MINUTE = 120;
/** Seconds after which a browser asks again by itself. A page that is not renewed says so after 15. */
const AGAIN_SECONDS = 10;

export function statusApp({ site, look, viewer, now }: StatusOptions): Hono<{ Bindings: HttpBindings }> {
    const rates = new Rates(REQUESTS_PER_MINUTE);
    const app = new Hono<{ Bindings: HttpBindings }>();
    const refuse = (status: keyof Words["refused"], headers = {}): Promise<Response> =>
        pageResponse(refusalPage(site, status), status, { "cache-control": "no-store", ...headers });

    app.use(secureHeaders({ contentSecurityPolicy: POLICY, xFrameOptions: "DENY" }));
    app.use(async (context, next) => {
        // The adapter has the socket as that of any server; this one speaks TLS alone.
        const certificate = viewer(context.env.incoming.socket as TLSSocket);
        if (certificate === undefined) {
            log("refused", { status: 403 });
            return refuse(403, { connection: "close" });
        }
        const wait = await rates.take(allyOf(certificate));
        if (wait !== undefined) {
            return refuse(429, { "retry-after": String(wait) });
        }
        if (!["GET", "HEAD"].includes(context.req.method)) {
            return refuse(405, { allow: "GET, HEAD" });
        }
        return next();
    });
    app.use(etag());
    const show = async (language: Language): Promise<Response> =>
        // A browser keeps it, and asks each time whether it is still so.
        pageResponse(statusPage(site, await look(), now(), WORDS[language]), 200, {
            "cache-control": "private, no-cache",
            refresh: String(AGAIN_SECONDS),
        });
    app.get("/", () => show("en"));
    LANGUAGES.forEach((language) => app.get(`/${language}`, () => show(language)));
    app.notFound(() => refuse(404));
    app.onError((error) => {
        log("no page", { error: messageOf(error) });
        return refuse(500);
    });
    return app;
}

/** Whom the site admits, with a certificate that is in force. */
export function viewers(admitted: Admitted): StatusOptions["viewer"] {
    return (socket) => (isInForce(socket) ? admittedAs(socket, admitted) : undefined);
}

/**
 * @param folder with the server's key and certificate
 * @param authority PEM of the only authority whose clients may even connect
 */
export function statusServer(app: Hono<{ Bindings: HttpBindings }>, folder: string, authority: string): Server {
    const tls = { ...serverOptions(folder), ca: authority, requestCert: true, rejectUnauthorized: true };
    const made = createAdaptorServer({ fetch: app.fetch, createServer, serverOptions: tls });
    return bounded(made as Server, folder, authority);
}
