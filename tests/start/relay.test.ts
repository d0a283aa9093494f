import { type Server as HttpServer, request } from "node:http";
import { type Socket, connect } from "node:net";
import { text } from "node:stream/consumers";
import { readingOf } from "../../agents/status-page/reading";
import { relay } from "../../start/relay";
import { NOW, healthy } from "../support/status-page";
import { StatusServer } from "../support/status-server";

describe("a relay into a site", () => {
    let server: StatusServer;
    const relays: HttpServer[] = [];
    beforeAll(async () => {
        const known = { reading: readingOf(healthy(), NOW), silent: undefined };
        server = await StatusServer.start(() => known);
    });
    afterAll(() => {
        relays.forEach((each) => {
            each.closeAllConnections();
            each.close();
        });
        server.stop();
    });
    const enter = (): Promise<Socket> => Promise.resolve(connect(server.port, "127.0.0.1"));

    async function open(served: Partial<Parameters<typeof relay>[0]> = {}): Promise<string> {
        const opened = await relay({
            host: server.host,
            secure: { ca: server.authority, ...server.viewer },
            enter,
            ...served,
        });
        relays.push(opened.server);
        return opened.url;
    }

    async function get(url: string, method = "GET", headers = {}): Promise<{ status: number; body: string }> {
        const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
            request(url, { method, headers, agent: false }, resolve).once("error", reject).end();
        });
        return { status: response.statusCode ?? 0, body: await text(response) };
    }

    it("shows what is served there, with the viewer's certificate", async () => {
        const { status, body } = await get(`${await open()}en`);
        expect(status).toBe(200);
        expect(body).toContain("Nothing is wrong");
    });

    it.each([
        ["who writes", "POST", {}],
        ["a page of somebody else's name", "GET", { host: "evil.example" }],
    ])("refuses %s", async (_, method, headers) => {
        expect((await get(await open(), method, headers)).status).toBe(403);
    });

    it.each([
        ["whose certificate holds another name", { host: "edge.luxembourg.embassy.internal" }],
        ["that lets nobody in", { enter: () => Promise.reject(new Error("the machine a1-1 is down")) }],
    ])("says so of a site %s", async (_, served) => {
        const { status, body } = await get(await open(served));
        expect(status).toBe(502);
        expect(body).toMatch(/does not answer|lets nobody in: the machine a1-1 is down/);
    });
});
