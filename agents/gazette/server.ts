/** The server that the public speaks to: HTTPS for everybody, in which nothing can be changed. */
import { type Server, createServer } from "node:https";
import { createAdaptorServer } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { Hono } from "hono";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { z } from "zod";
import { log, messageOf } from "../agent";
import { type Html, pageResponse } from "../html";
import { bounded, serverOptions } from "../https";
import { NO_CONTROL, isAskersFault, queryOf } from "../query";
import { Rates } from "../rates";
import type { Acts } from "./acts";
import { type Site, actPage, listPage, refusalPage } from "./pages";
import { POLICY } from "./style";
import { normalized, today } from "./words";

export interface GazetteOptions {
    readonly acts: Pick<Acts, "list" | "act">;
    readonly site: Site;
    /** How many requests one address may make in a minute. */
    readonly requestsPerMinute: number;
    readonly now: () => Date;
}

/** `?q=<part of a title or a reference>&page=<number>` */
const search = z.strictObject({
    q: z.string().max(200).transform(normalized).pipe(z.string().regex(NO_CONTROL)).default(""),
    page: z
        .string()
        .regex(/^([1-9]\d{0,2}|1000)$/)
        .transform(Number)
        .default(1),
});
/** `?at=<day>`; no day before there was a state. */
const version = z.strictObject({
    at: z.iso
        .date()
        .refine((day) => day >= "1918-02-24")
        .optional(),
});

/** Messages in Estonian and in English. */
const REFUSED = {
    400: ["Sellest päringust ei saa aru", "This is not a question that can be answered here."],
    404: ["Sellist lehte ei ole", "There is no such page."],
    405: ["Siin saab ainult lugeda", "Acts are read here, and nothing else."],
    429: ["Liiga palju päringuid", "Too many requests: ask again in a minute."],
    503: [
        "Õigusaktide register praegu ei vasta",
        "The register of legislation does not answer: ask again in a minute.",
    ],
} as const;

/** Seconds for which a page may be kept; it says itself which minute it is from. */
const KEPT_SECONDS = 60;

export function gazette({ acts, site, requestsPerMinute, now }: GazetteOptions): Hono {
    const rates = new Rates(requestsPerMinute);
    const app = new Hono();
    const refuse = (status: keyof typeof REFUSED, headers = {}): Promise<Response> =>
        pageResponse(refusalPage(site, REFUSED[status]), status, { "cache-control": "no-store", ...headers });
    const show = (page: Html): Promise<Response> =>
        pageResponse(page, 200, { "cache-control": `public, max-age=${KEPT_SECONDS}` });

    app.use(secureHeaders({ contentSecurityPolicy: POLICY, xFrameOptions: "DENY" }));
    app.use(async (context, next) => {
        await next();
        // The log says neither who reads nor what.
        log("asked", { method: context.req.method, status: context.res.status });
    });
    app.use(async (context, next) => {
        const wait = await rates.take(getConnInfo(context).remote.address ?? "");
        if (wait !== undefined) {
            return refuse(429, { "retry-after": String(wait) });
        }
        if (!["GET", "HEAD"].includes(context.req.method)) {
            return refuse(405, { allow: "GET, HEAD" });
        }
        return next();
    });
    app.use(etag());
    app.get("/", async (context) => {
        const { success, data } = search.safeParse(queryOf(new URL(context.req.url).search));
        return success ? show(listPage(site, data, await acts.list(data.q, today(now()), data.page))) : refuse(400);
    });
    app.get("/acts/:number{[1-9][0-9]{0,8}}", async (context) => {
        const { success, data } = version.safeParse(queryOf(new URL(context.req.url).search));
        if (!success) {
            return refuse(400);
        }
        const number = Number(context.req.param("number"));
        const day = data.at ?? today(now());
        const { act, standing } = await acts.act(number, day);
        return act === undefined ? refuse(404) : show(actPage(site, number, day, act, standing));
    });
    app.notFound(() => refuse(404));
    app.onError((error) => {
        if (isAskersFault(error)) {
            return refuse(400);
        }
        log("the register does not answer", { error: messageOf(error) });
        return refuse(503, { "retry-after": "60" });
    });
    return app;
}

/** @param folder with the server's key and certificate */
export function gazetteServer(app: Hono, folder: string): Server {
    const made = createAdaptorServer({ fetch: app.fetch, createServer, serverOptions: serverOptions(folder) });
    return bounded(made as Server, folder);
}
