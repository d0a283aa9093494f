/** Reads from a part of a site over mutual TLS. kubectl does the writing. */
import { request } from "node:https";
import { readIfThere } from "../command-line/files";
import { Query } from "./part";
import { SitePaths } from "./paths";

/** An API server without etcd accepts the question and then says nothing for a long time. */
export const PROBE_MS = 3_000;

export interface Answer {
    readonly status: number;
    readonly body: string;
}

/** @throws a system error where nothing answers in time. */
export async function get(paths: SitePaths, query: Query, timeoutMs: number): Promise<Answer> {
    const [ca, credentials] = await Promise.all([
        readIfThere(paths.certificate(query.authority)),
        readIfThere(paths.pem(query.as)),
    ]);
    return new Promise((resolve, reject) => {
        const sent = request(
            {
                host: "127.0.0.1",
                port: query.port,
                path: query.path,
                ca,
                key: credentials,
                cert: credentials,
                agent: false,
                signal: AbortSignal.timeout(timeoutMs),
            },
            (response) => {
                const chunks: Buffer[] = [];
                response.on("data", (chunk: Buffer) => chunks.push(chunk));
                response.once("error", reject);
                response.once("end", () =>
                    resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString("utf8") }),
                );
            },
        );
        sent.once("error", reject);
        sent.end();
    });
}

export async function isReady(paths: SitePaths, query: Query): Promise<boolean> {
    return get(paths, query, PROBE_MS).then(
        ({ status }) => status === 200,
        () => false,
    );
}
