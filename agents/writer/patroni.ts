/** The Patroni of the same pod, which has to be reminded that the other site is waited for. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { AgentError, log } from "../agent";
import { identity } from "../https";

/** Milliseconds: longer than Patroni takes to act on it, at the end of its loop. */
const PAUSE_MS = 10_000;
const ANSWER_MS = 3_000;

/**
 * Patroni 3.0, told at once to leave its own synchronous mode and to wait for the other site, first does the one and then drops the
 * other with it (`set_synchronous_standby_names` in its postgresql/config.py): nobody was waited for although that was declared. Once
 * it has read its configuration again, it stays.
 */
export class Reminder {
    private next = -Infinity;

    /** @param now milliseconds of a clock that is never set back */
    constructor(
        private readonly reload: () => Promise<void>,
        private readonly now: () => number,
    ) {}

    /** @param isForgotten whether the other site is to be waited for, and is not */
    async pass(isForgotten: boolean): Promise<void> {
        if (isForgotten && this.now() >= this.next) {
            this.next = this.now() + PAUSE_MS;
            log("the other site is to be waited for, and is not: Patroni reads its configuration again");
            await this.reload();
        }
    }
}

/**
 * https://patroni.readthedocs.io/en/latest/rest_api.html#reload-endpoint
 *
 * @param folder with the member's key, certificate and root
 * @param name one in the certificate, which all members share
 * @throws Error where it does not answer, or refuses
 */
export async function reloadPatroni(folder: string, port: number, name: string): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_MS);
    const options = { ...identity(folder), host: "127.0.0.1", port, servername: name, path: "/reload", method: "POST" };
    const sent = request({ ...options, signal }).end();
    const [response] = (await once(sent, "response", { signal })) as [IncomingMessage];
    response.resume();
    if (response.statusCode !== 202) {
        throw new AgentError(`Patroni does not read its configuration again: ${response.statusCode ?? "no answer"}`);
    }
}
