/** Which credentials a server receives, and by which way, for each form of a kubeconfig. */
import fs from "node:fs";
import { createServer as createPlainServer } from "node:http";
import https from "node:https";
import net, { type AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import os from "node:os";
import path from "node:path";
import { issued } from "../../../support/certificates";
import { Client } from "../../../../toolchain/providers/kubernetes/client";
import { locateCluster } from "../../../../toolchain/providers/kubernetes/kubeconfig";
import type { PlainMap } from "../../../../toolchain/plugin/values";

const SECRET = "hunter22-of-the-embassy";

let folder: string;
let server: https.Server;
let proxy: ReturnType<typeof createPlainServer>;
let proxied: string[];

beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "credentials-"));
    const ca = await issued({ commonName: "ca" });
    const own = await issued({ commonName: "api", dnsNames: ["api.example"], by: ca });
    const client = await issued({ commonName: "tester", dnsNames: [], by: ca });
    for (const [name, content] of Object.entries({
        "ca.crt": ca.certificate,
        "client.crt": client.certificate,
        "client.key": client.key,
        token: SECRET,
    })) {
        fs.writeFileSync(path.join(folder, name), content);
    }
    const options = { key: own.key, cert: own.certificate, ca: ca.certificate, requestCert: true };
    server = https.createServer({ ...options, rejectUnauthorized: false }, ({ socket, headers }, response) => {
        const { subject } = (socket as TLSSocket).getPeerCertificate();
        const told = Object.entries(headers).filter(([name]) => /^(authorization|impersonate)/.test(name));
        response.end(
            JSON.stringify({
                certificate: (subject as { CN?: string } | undefined)?.CN ?? "none",
                ...Object.fromEntries(told),
            }),
        );
    });
    proxied = [];
    proxy = createPlainServer().on("connect", ({ url = "" }, socket: net.Socket) => {
        proxied.push(url);
        const { port } = server.address() as AddressInfo;
        const onward = net.connect(port, "127.0.0.1", () => {
            socket.write("HTTP/1.1 200 OK\r\n\r\n");
            onward.pipe(socket).pipe(onward);
        });
        socket.on("error", () => onward.destroy());
        onward.on("error", () => socket.destroy());
    });
    for (const each of [server, proxy]) {
        await new Promise<void>((listening) => each.listen(0, "127.0.0.1", listening));
    }
});

afterAll(() => {
    for (const each of [server, proxy]) {
        each.closeAllConnections();
        each.close();
    }
    fs.rmSync(folder, { recursive: true });
});

const TRUSTED = { "certificate-authority": "ca.crt", "tls-server-name": "api.example" };
const CERTIFIED = { "client-certificate": "client.crt", "client-key": "client.key" };

/** What the server receives from a client with such a kubeconfig. */
async function asked(cluster: PlainMap, user: PlainMap | undefined): Promise<PlainMap> {
    const { port } = server.address() as AddressInfo;
    const kubeconfig = path.join(folder, "kubeconfig");
    const content = {
        clusters: [{ name: "c", cluster: { server: `https://127.0.0.1:${port}`, ...cluster } }],
        contexts: [{ name: "x", context: { cluster: "c", ...(user && { user: "u" }) } }],
        users: user ? [{ name: "u", user }] : [],
        "current-context": "x",
    };
    fs.writeFileSync(kubeconfig, JSON.stringify(content));
    const client = new Client(await locateCluster({ kubeconfig, context: "", cluster: "" }));
    return client.request({ method: "GET", path: "/version" });
}

/** Writes a credential plugin beside the kubeconfig. */
function plugin(script: string): PlainMap {
    fs.writeFileSync(path.join(folder, "plugin"), `#!/bin/sh\n${script}`, { mode: 0o755 });
    return { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin", args: [], env: null } };
}
const prints = (status: PlainMap): string => `cat <<'END'\n${JSON.stringify({ kind: "ExecCredential", status })}\nEND`;
const pem = (name: string): string => fs.readFileSync(path.join(folder, name), "utf8");

describe("a kubeconfig's user", () => {
    it.each<[string, PlainMap | undefined, PlainMap]>([
        ["nobody", undefined, {}],
        ["a certificate in files beside it", CERTIFIED, { certificate: "tester" }],
        ["a token", { token: SECRET }, { authorization: `Bearer ${SECRET}` }],
        ["a token in a file beside it", { tokenFile: "token" }, { authorization: `Bearer ${SECRET}` }],
        ["a token in both", { tokenFile: "token", token: "old" }, { authorization: `Bearer ${SECRET}` }],
        ["a password", { username: "a", password: "b" }, { authorization: `Basic ${btoa("a:b")}` }],
        [
            "somebody else, with groups",
            { ...CERTIFIED, as: "jane", "as-uid": "7", "as-groups": ["a", "b"], "as-user-extra": { "x/y": ["z"] } },
            {
                certificate: "tester",
                "impersonate-user": "jane",
                "impersonate-uid": "7",
                "impersonate-group": "a, b",
                "impersonate-extra-x%2fy": "z",
            },
        ],
    ])("is %s", async (_, user, told) => {
        expect(await asked(TRUSTED, user)).toEqual({ certificate: "none", ...told });
    });

    it("may be named with data that wins over a file that is gone", async () => {
        const data = {
            "client-certificate-data": Buffer.from(pem("client.crt")).toString("base64"),
            "client-key-data": Buffer.from(pem("client.key")).toString("base64"),
        };
        const user = { ...data, "client-certificate": "gone.crt", "client-key": "gone.key" };
        expect(await asked(TRUSTED, user)).toEqual({ certificate: "tester" });
    });

    it("that a context names and nobody knows is told", async () => {
        fs.writeFileSync(
            path.join(folder, "kubeconfig"),
            '{"clusters":[{"name":"c","cluster":{"server":"https://a"}}],"users":[],"current-context":"x",' +
                '"contexts":[{"name":"x","context":{"cluster":"c","user":"u"}}]}',
        );
        const found = locateCluster({ kubeconfig: path.join(folder, "kubeconfig"), context: "", cluster: "" });
        await expect(found).rejects.toThrow(/no user "u", which context "x" names/);
    });
});

describe("a kubeconfig's cluster", () => {
    it("is not trusted by another authority, or under another name", async () => {
        const message = /cannot reach the Kubernetes cluster/;
        await expect(asked({ "certificate-authority": "ca.crt" }, CERTIFIED)).rejects.toThrow(message);
        await expect(asked({ "tls-server-name": "api.example" }, CERTIFIED)).rejects.toThrow(message);
        await expect(asked({ ...TRUSTED, "certificate-authority": "gone.crt" }, CERTIFIED)).rejects.toThrow("gone.crt");
    });

    it("may be trusted blindly", async () => {
        expect(await asked({ "insecure-skip-tls-verify": true }, undefined)).toEqual({ certificate: "none" });
    });

    it("is asked by way of a proxy, under the same names", async () => {
        const { port } = proxy.address() as AddressInfo;
        const cluster = { ...TRUSTED, "proxy-url": `http://127.0.0.1:${port}`, server: "https://api.invalid:6443" };
        expect(await asked(cluster, CERTIFIED)).toEqual({ certificate: "tester" });
        expect(proxied).toContain("api.invalid:6443");
    });
});

it("an answer that is no JSON is not repeated", async () => {
    const torn = createPlainServer((_, response) => response.end(`{"data":${SECRET}`));
    await new Promise<void>((listening) => torn.listen(0, "127.0.0.1", listening));
    const { port } = torn.address() as AddressInfo;
    const failed = asked({ server: `http://127.0.0.1:${port}` }, undefined);
    await expect(failed).rejects.toThrow(/what it answered is no JSON/);
    await expect(failed).rejects.not.toThrow(/hunter/);
    torn.closeAllConnections();
    torn.close();
});

describe("a credential plugin", () => {
    it("beside the kubeconfig gives a token", async () => {
        const told = await asked(TRUSTED, plugin(prints({ token: SECRET })));
        expect(told).toEqual({ certificate: "none", authorization: `Bearer ${SECRET}` });
    });

    it("gives a certificate, by way of a proxy as well", async () => {
        const user = plugin(prints({ clientCertificateData: pem("client.crt"), clientKeyData: pem("client.key") }));
        const { port } = proxy.address() as AddressInfo;
        expect(await asked(TRUSTED, user)).toEqual({ certificate: "tester" });
        expect(await asked({ ...TRUSTED, "proxy-url": `http://127.0.0.1:${port}` }, user)).toEqual({
            certificate: "tester",
        });
    });

    it("is told which cluster, where it asks for that", async () => {
        const user = plugin(`echo "$KUBERNETES_EXEC_INFO" > ${path.join(folder, "info")}\n${prints({ token: "t" })}`);
        await asked(TRUSTED, { exec: { ...(user["exec"] as PlainMap), provideClusterInfo: true } });
        expect(JSON.parse(pem("info"))).toMatchObject({
            apiVersion: "client.authentication.k8s.io/v1",
            spec: { interactive: false, cluster: { "tls-server-name": "api.example" } },
        });
    });

    it("is asked again when what it gave has run out", async () => {
        const count = path.join(folder, "count");
        const status = { token: SECRET, expirationTimestamp: "2020-01-01T00:00:00Z" };
        const user = plugin(`echo again >> ${count}\n${prints(status)}`);
        await asked(TRUSTED, user);
        expect(fs.readFileSync(count, "utf8").trim().split("\n").length).toBeGreaterThan(1);
    });

    it.each<[string, PlainMap, RegExp]>([
        [
            "is not there",
            { command: "no-such-plugin", installHint: "Get it." },
            /"no-such-plugin" is not installed\. Get it\./,
        ],
        ["has no name", {}, /names no command/],
        ["wants a terminal", { command: "a", interactiveMode: "Always" }, /wants a terminal/],
    ])("that %s is told so", async (_, exec, message) => {
        await expect(asked(TRUSTED, { exec })).rejects.toThrow(message);
    });

    it.each([
        ["fails", "echo no ticket >&2; exit 3", /plugin" failed: no ticket/],
        ["prints what is no credential", `echo '${SECRET} {'`, /gave no credential/],
        ["prints half a certificate", prints({ clientCertificateData: SECRET }), /gave no credential/],
    ])("that %s is named, and what it printed is not repeated", async (_, script, message) => {
        const failed = asked(TRUSTED, plugin(script));
        await expect(failed).rejects.toThrow(message);
        await expect(failed).rejects.not.toThrow(SECRET);
    });
});
