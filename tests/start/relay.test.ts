import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type Server as HttpServer, request } from "node:http";
import type { Server } from "node:https";
import { type AddressInfo, type Socket, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { readingOf } from "../../agents/status-page/reading";
import { statusApp, statusServer } from "../../agents/status-page/server";
import { issueAuthority, issueLeaf, pemBlock } from "../../credentials/certificates";
import { relay } from "../../start/relay";
import { secretFolder } from "../support/edge";
import { NOW, healthy } from "../support/status-page";

const HOST = "status.luxembourg.embassy.internal";

describe("a relay into a site", () => {
    const folder = mkdtempSync(join(tmpdir(), "relay-"));
    let server: Server;
    let secure: { readonly ca: string; readonly cert: string; readonly key: string };
    const relays: HttpServer[] = [];
    beforeAll(async () => {
        // The program's log is not printed.
        jest.spyOn(process.stdout, "write").mockReturnValue(true);
        const authority = await issueAuthority({ commonName: "root" }, 1);
        const people = await issueAuthority({ commonName: "status page" }, 1);
        const served = await issueLeaf(authority, { commonName: "status-page", names: [HOST] }, 1);
        const duty = await issueLeaf(people, { commonName: "duty-1" }, 1);
        secure = {
            ca: pemBlock(authority, "CERTIFICATE"),
            cert: pemBlock(duty, "CERTIFICATE"),
            key: pemBlock(duty, "PRIVATE KEY"),
        };
        const known = { reading: readingOf(healthy(), NOW), silent: undefined };
        const app = statusApp({
            site: "luxembourg",
            look: () => Promise.resolve(known),
            viewer: () => "duty-1",
            now: () => NOW,
        });
        server = statusServer(
            app,
            secretFolder(join(folder, "server"), authority, served),
            pemBlock(people, "CERTIFICATE"),
        );
        await once(server.listen(0, "127.0.0.1"), "listening");
    });
    afterAll(() => {
        [server, ...relays].forEach((each) => {
            each.closeAllConnections();
            each.close();
        });
        rmSync(folder, { recursive: true });
        jest.restoreAllMocks();
    });
    const enter = (): Promise<Socket> => Promise.resolve(connect((server.address() as AddressInfo).port, "127.0.0.1"));

    async function open(served: Partial<Parameters<typeof relay>[0]> = {}): Promise<string> {
        const opened = await relay({ host: HOST, secure, enter, ...served });
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
