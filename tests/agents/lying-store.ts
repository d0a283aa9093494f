/** A proxy in front of a real store that forges some of its answers, so that the store says one thing and does another. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { type Server, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import type { TestStore } from "../support/object-store";

export interface Question {
    readonly method: string;
    readonly query: URLSearchParams;
}

export interface Lie {
    readonly status: number;
    readonly body: string;
    /** True where the store does what it was asked, whatever the answer says. */
    readonly done?: boolean;
}

export class LyingStore {
    private constructor(
        private readonly server: Server,
        readonly url: string,
    ) {}

    /** @param lie the forged answer to a question, or undefined for the true answer */
    static async before(store: TestStore, lie: (question: Question) => Lie | undefined): Promise<LyingStore> {
        const [key, cert] = [readFileSync(store.file("tls.key")), readFileSync(store.file("tls.crt"))];
        const server = createServer({ key, cert }, (incoming, outgoing) => {
            const { searchParams: query } = new URL(incoming.url ?? "/", store.url);
            const forged = lie({ method: incoming.method ?? "", query });
            if (forged !== undefined && !forged.done) {
                incoming.resume();
                outgoing.writeHead(forged.status, { "content-type": "application/xml" }).end(forged.body);
                return;
            }
            void ask(store, incoming).then((answer) => {
                if (forged !== undefined) {
                    answer.resume();
                    outgoing.writeHead(forged.status, { "content-type": "application/xml" }).end(forged.body);
                    return;
                }
                outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
                answer.pipe(outgoing);
            });
        });
        await once(server.listen(0, "127.0.0.1"), "listening");
        return new LyingStore(server, `https://localhost:${(server.address() as AddressInfo).port}`);
    }

    close(): void {
        this.server.closeAllConnections();
        this.server.close();
    }
}

/** Forwards a request with unchanged headers, because the signature covers them. */
function ask(store: TestStore, incoming: IncomingMessage): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
        const { method, headers, url: path } = incoming;
        const target = { host: "localhost", port: store.port, ca: store.authority, method, headers, path };
        incoming.pipe(request(target).once("response", resolve).once("error", reject));
    });
}
