/** What the page asks of the Prometheus in its own pod, over mutual TLS and at no other address. */
import { PROMETHEUS_HOST, PROMETHEUS_PORT } from "../../infra/conventions/monitoring";
import { AgentError } from "../agent";
import { identity, requestJson } from "../https";
import { type Asked, QUERIES, RANGES, RANGE_SECONDS, STEP_SECONDS } from "./queries";

const LOOPBACK = "127.0.0.1";
/** Milliseconds within which it answers; otherwise the page says that it does not. */
const ANSWER_MS = 3_000;

/**
 * @param folder with the watcher's certificate
 * @param now milliseconds since 1970
 * @throws AgentError where it does not answer, or refuses
 */
export async function askPrometheus(folder: string, now: number): Promise<Asked> {
    const get = async (path: string, query: Readonly<Record<string, string>>): Promise<unknown> => {
        const { status, content } = await requestJson({
            ...identity(folder),
            host: LOOPBACK,
            port: PROMETHEUS_PORT,
            servername: PROMETHEUS_HOST,
            path: `/api/v1/${path}?${new URLSearchParams(query).toString()}`,
            timeout: ANSWER_MS,
        });
        if (status !== 200) {
            throw new AgentError(`Prometheus answers ${status} to ${path}: ${JSON.stringify(content).slice(0, 200)}`);
        }
        return content;
    };
    const end = now / 1000;
    const each = async <K extends string>(
        all: Readonly<Record<K, string>>,
        ask: (query: string) => Promise<unknown>,
    ): Promise<Record<K, unknown>> => {
        const answers = Object.entries<string>(all).map(async ([name, query]) => [name, await ask(query)] as const);
        return Object.fromEntries(await Promise.all(answers)) as Record<K, unknown>;
    };
    const [rules, values, ranges] = await Promise.all([
        get("rules", { type: "alert" }),
        each(QUERIES, (query) => get("query", { query, time: String(end) })),
        each(RANGES, (query) =>
            get("query_range", {
                query,
                // Points stay where they are from look to look.
                start: String((Math.floor(end / STEP_SECONDS) - RANGE_SECONDS / STEP_SECONDS) * STEP_SECONDS),
                end: String(end),
                step: String(STEP_SECONDS),
            }),
        ),
    ]);
    return { rules, ...values, ...ranges };
}
