/**
 * Carries connections between network namespaces over Unix sockets, which a namespace does not confine. Node.js runs this file as it is, so it
 * imports nothing of the project, and has no syntax that must be compiled.
 *
 *     node relay.ts RECORD RULE...
 *
 * RECORD only marks the process as one of the lab's. A RULE is
 *   listen=FROM,to=TO     FROM and TO are HOST:PORT or the path of a socket; what connects to FROM is carried to TO
 *   connect=PATH          an HTTP proxy on a socket that opens the connection that CONNECT asks for
 *                         (the API server's way to its nodes, konnectivity's "http-connect" protocol)
 */
import { rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { type NetConnectOpts, type Server, type Socket, connect, createServer } from "node:net";

function place(text: string): NetConnectOpts {
    const [host, port] = text.split(":");
    return text.startsWith("/") ? { path: text } : { host: host ?? "", port: Number(port) };
}

/** When one side ends, for whatever reason, the other ends too. */
function join(one: Socket, other: Socket): void {
    one.pipe(other).pipe(one);
    for (const [from, to] of [
        [one, other],
        [other, one],
    ] as const) {
        from.on("error", () => to.destroy()).on("close", () => to.destroy());
    }
}

function carry(to: string): Server {
    return createServer((client) => join(client, connect(place(to))));
}

function proxy(): Server {
    return createHttpServer().on("connect", ({ url = "" }, client, head) => {
        const target = connect(place(url));
        target.once("connect", () => {
            client.write("HTTP/1.1 200 Connection established\r\n\r\n");
            target.write(head);
            join(client as Socket, target);
        });
        target.once("error", (error) => client.end(`HTTP/1.1 502 Bad Gateway\r\n\r\n${error.message}`));
    });
}

function serve(server: Server, on: string): void {
    if (on.startsWith("/")) {
        // An earlier process may have left the socket.
        rmSync(on, { force: true });
    }
    server.on("error", (error) => {
        process.stderr.write(`${on}: ${error.message}\n`);
        process.exit(1);
    });
    server.listen(place(on));
}

for (const rule of process.argv.slice(3)) {
    const words = Object.fromEntries(rule.split(",").map((pair) => pair.split("=") as [string, string]));
    if (words.connect) {
        serve(proxy(), words.connect);
    } else if (words.listen && words.to) {
        serve(carry(words.to), words.listen);
    } else {
        process.stderr.write(`not a rule: ${rule}\n`);
        process.exit(1);
    }
}
