/** A fake API of GitHub or GitLab that records requests and answers them. */
import { once } from "node:events";
import { type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
    readonly method: string;
    readonly url: URL;
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: unknown;
}

export interface Host {
    readonly url: string;
    readonly asked: readonly Asked[];
    stop(): Promise<void>;
}

/** @param answer returns the answer, which is sent as JSON, or undefined for the status 404 */
export async function startHost(answer: (asked: Asked, response: ServerResponse) => unknown): Promise<Host> {
    const asked: Asked[] = [];
    const server = createServer((request, response) => {
        let text = "";
        request.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        request.on("end", () => {
            const { method = "", url = "", headers } = request;
            const body = text === "" ? undefined : (JSON.parse(text) as unknown);
            const one: Asked = { method, url: new URL(url, "http://host"), headers, body };
            asked.push(one);
            const found = answer(one, response);
            response.statusCode = found === undefined ? 404 : response.statusCode;
            response.end(JSON.stringify(found ?? { message: "Not Found" }));
        });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        asked,
        stop: async () => {
            server.closeAllConnections();
            server.close();
            await once(server, "close");
        },
    };
}

interface Comment {
    readonly id: number;
    body: string;
    readonly by: string;
}

/** The comments of a pull request or merge request, in pages of a hundred as on both hosts. */
export class Comments {
    readonly all: Comment[] = [];

    add(by: string, body: string): void {
        this.all.push({ id: this.all.length + 1, body, by });
    }

    /** @param one returns a comment in the host's format */
    answer({ method, url, body }: Asked, by: string, one: (comment: Comment) => object): unknown {
        const id = Number(url.pathname.split("/").at(-1));
        const text = (body as { readonly body?: string } | undefined)?.body ?? "";
        const at = this.all.findIndex((comment) => comment.id === id);
        switch (method) {
            case "GET": {
                const [page, size] = ["page", "per_page"].map((name) => Number(url.searchParams.get(name)));
                return this.all.slice(((page ?? 1) - 1) * (size ?? 0), (page ?? 1) * (size ?? 0)).map(one);
            }
            case "POST":
                this.add(by, text);
                return {};
            case "DELETE":
                return this.all.splice(at, 1);
            default:
                (this.all[at] as Comment).body = text;
                return {};
        }
    }
}
