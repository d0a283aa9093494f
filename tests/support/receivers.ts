/** Receivers of alerts on loopback: a webhook's server, and one that takes mail over STARTTLS (RFC 5321, 3207, 4616). */
import { type Server as HttpsServer, createServer } from "node:https";
import { type Server, type Socket, createServer as createTcpServer } from "node:net";
import { text } from "node:stream/consumers";
import { TLSSocket, createSecureContext } from "node:tls";
import type { Pair } from "./certificates";

export interface Told {
    readonly status: string;
    readonly alerts: readonly { readonly status: string; readonly labels: Readonly<Record<string, string>> }[];
}

/** @param took with each message, and what the sender showed */
export function hookServer(own: Pair, took: (told: Told, shown: string | undefined) => void): HttpsServer {
    return createServer({ key: own.key, cert: own.certificate }, (request, response) => {
        void text(request).then((body) => {
            took(JSON.parse(body) as Told, request.headers.authorization);
            response.end();
        });
    });
}

/** @param took with each mail, and what its sender showed: a user and a password, once the connection is encrypted */
export function mailServer(own: Pair, took: (mail: string, shown: string) => void): Server {
    const secureContext = createSecureContext({ key: own.key, cert: own.certificate });
    return createTcpServer((socket) => {
        converse(socket, secureContext, took);
        socket.write("220 mail\r\n");
    });
}

const ANSWERS: Readonly<Record<string, (isSecure: boolean) => string>> = {
    EHLO: (isSecure) => `250-mail\r\n250 ${isSecure ? "AUTH PLAIN" : "STARTTLS"}`,
    AUTH: () => "235 known",
    DATA: () => "354 say it",
    QUIT: () => "221 end",
};

function converse(
    socket: Socket,
    secureContext: ReturnType<typeof createSecureContext>,
    took: (mail: string, shown: string) => void,
): void {
    const isSecure = socket instanceof TLSSocket;
    let shown = "";
    let mail: string | undefined;
    let rest = "";
    const answer = (line: string): void => void socket.write(`${line}\r\n`);
    const read = (data: Buffer): void => {
        rest += data.toString();
        for (let end = rest.indexOf("\r\n"); end >= 0; end = rest.indexOf("\r\n")) {
            const line = rest.slice(0, end);
            rest = rest.slice(end + 2);
            take(line);
        }
    };
    const take = (line: string): void => {
        if (mail !== undefined) {
            if (line === ".") {
                took(mail, shown);
                mail = undefined;
                answer("250 taken");
            } else {
                mail += `${line}\n`;
            }
            return;
        }
        const [verb = "", , response = ""] = line.split(" ");
        if (verb === "STARTTLS") {
            answer("220 now");
            socket.off("data", read);
            converse(new TLSSocket(socket, { isServer: true, secureContext }), secureContext, took);
            return;
        }
        if (verb === "AUTH") {
            shown = Buffer.from(response, "base64").toString().split("\0").join(" ").trim();
        } else if (verb === "DATA") {
            mail = "";
        }
        answer(ANSWERS[verb]?.(isSecure) ?? "250 right");
    };
    // Whoever gives up while it speaks is no concern of the server's.
    socket.on("data", read).on("error", () => undefined);
}
