/** One request over HTTPS, with and without a certificate of the caller's own: what `fetch` cannot do. */
import type { OutgoingHttpHeaders } from "node:http";
import { type RequestOptions, request } from "node:https";
import { text } from "node:stream/consumers";
import { AgentError, messageOf } from "./agent";

/**
 * @param options with a `timeout` in milliseconds, for the whole exchange
 * @throws AgentError where nobody answers, or not in JSON
 */
export async function requestJson(
    { timeout, headers, ...options }: RequestOptions & { readonly timeout: number },
    body?: unknown,
): Promise<{ readonly status: number; readonly content: unknown }> {
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const length = payload === undefined ? {} : { "content-length": Buffer.byteLength(payload) };
    const where = `https://${options.host ?? ""}:${options.port ?? ""}${options.path ?? ""}`;
    try {
        return await new Promise((resolve, reject) => {
            const sending = {
                ...options,
                headers: { ...(headers as OutgoingHttpHeaders | undefined), ...length },
                signal: AbortSignal.timeout(timeout),
            };
            const sent = request(sending, (response) => {
                text(response)
                    .then((content) => ({ status: response.statusCode ?? 0, content: JSON.parse(content) as unknown }))
                    .then(resolve, reject);
            });
            sent.once("error", reject);
            sent.end(payload);
        });
    } catch (error) {
        throw new AgentError(`No answer from ${where}: ${messageOf(error)}`);
    }
}
