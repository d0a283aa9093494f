/** The Patroni of the same pod, which has to be reminded that the other site is waited for. */
import { AgentError, log } from "../agent";
import { identity, send } from "../https";

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
 * @throws AgentError where it does not answer, or refuses
 */
export async function reloadPatroni(folder: string, port: number, name: string): Promise<void> {
    const there = { host: "127.0.0.1", port, servername: name, path: "/reload", method: "POST" };
    const { status } = await send({ ...identity(folder), ...there, timeout: ANSWER_MS });
    if (status !== 202) {
        throw new AgentError(`Patroni does not read its configuration again: ${status}`);
    }
}
