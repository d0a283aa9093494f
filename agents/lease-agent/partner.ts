/** The connection between the two sites: mutual TLS, in which each lease agent shows a certificate of the registry's lease agents. */
import type { IncomingMessage } from "node:http";
import { type Server, createServer } from "node:https";
import { text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { log, messageOf } from "../agent";
import { identity, isInForce, renewed, requestJson, serverOptions } from "../https";
import type { LeaseAnswer } from "./lessor";
import { type Report, report } from "./record";

const PATH = "/lease";
/** Milliseconds: a third of a lease, as declared, because a longer wait leaves no time for a second try. */
export const ANSWER_MS = 3_000;
const MOST_BYTES = 4096;

/** @throws AgentError where the partner does not answer */
export async function sendReport(host: string, port: number, folder: string, said: Report): Promise<LeaseAnswer> {
    const options = { ...identity(folder), host, port, method: "POST", path: PATH, timeout: ANSWER_MS };
    const { content } = await requestJson(options, said);
    return content as LeaseAnswer;
}

/**
 * @param folder with the lease agent's key, certificate and root
 * @param names common names of the certificates that are let in
 */
export function leaseServer(
    folder: string,
    names: readonly string[],
    hear: (said: Report) => Promise<LeaseAnswer>,
): Server {
    const options = { ...serverOptions(folder), requestCert: true, rejectUnauthorized: true };
    const server = createServer(options, (request, response) => {
        const answer = (status: number, content: object): void => {
            response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
        };
        const socket = request.socket as TLSSocket;
        const who = socket.getPeerCertificate().subject.CN;
        if (
            !isInForce(socket) ||
            !names.some((name) => name === who) ||
            request.method !== "POST" ||
            request.url !== PATH
        ) {
            request.resume();
            answer(403, { refused: `lets ${names.join(" or ")} report, and nothing else` });
            return;
        }
        said(request)
            .then(hear)
            .then(
                (heard) => answer(200, heard),
                (error: unknown) => {
                    log("a report was not taken", { error: messageOf(error) });
                    answer(500, { refused: `cannot answer: ${messageOf(error)}` });
                },
            );
    });
    return renewed(server, folder);
}

async function said(request: IncomingMessage): Promise<Report> {
    if (Number(request.headers["content-length"] ?? MOST_BYTES + 1) > MOST_BYTES) {
        throw new Error(`a report has at most ${MOST_BYTES} bytes and says how many`);
    }
    return report.parse(JSON.parse(await text(request)));
}
