/** Patroni's API. The Patroni of the same pod has to be reminded to wait for the other site; the others are asked how they are. */
import { z } from "zod";
import { AgentError, log } from "../agent";
import { identity, requestJson, send } from "../https";

/** Milliseconds between two reminders: longer than Patroni takes to act on one, at the end of its loop. */
const PAUSE_MS = 10_000;
const ANSWER_MS = 3_000;

/**
 * When Patroni 3.0 is told at once to leave its own synchronous mode and to wait for the other site, it first does the one and then drops
 * the other with it (`set_synchronous_standby_names` in its postgresql/config.py), so that nobody is waited for although that is declared.
 * Once it has read its configuration again, the setting stays.
 */
export class Reminder {
    private next = -Infinity;

    /** @param now milliseconds of a clock that is never set back */
    constructor(
        private readonly reload: () => Promise<void>,
        private readonly now: () => number,
    ) {}

    /** @param isForgotten whether commits should wait for the other site and do not */
    async pass(isForgotten: boolean): Promise<void> {
        if (isForgotten && this.now() >= this.next) {
            this.next = this.now() + PAUSE_MS;
            log("Patroni reads its configuration again: it should wait for the other site, and does not");
            await this.reload();
        }
    }
}

/** The part of a member's answer that is read. Places are bytes from the beginning of the log. */
const memberStatus = z.object({
    state: z.string(),
    role: z.string(),
    xlog: z.object({ received_location: z.number().nullish(), replayed_location: z.number().nullish() }).optional(),
});
export type MemberStatus = z.infer<typeof memberStatus>;

/** A member's Patroni: https://patroni.readthedocs.io/en/latest/rest_api.html */
export class Patroni {
    /**
     * @param folder with the lease agent's key, certificate and root
     * @param name a name in the certificate, which all members share; below it each has its own in the cluster's DNS
     */
    constructor(
        private readonly folder: string,
        private readonly port: number,
        private readonly name: string,
    ) {}

    /** Has the Patroni of the same pod read its configuration again. @throws AgentError where it does not answer, or refuses */
    async reload(): Promise<void> {
        const { status } = await send(this.request("127.0.0.1", "POST", "/reload"));
        if (status !== 202) {
            throw new AgentError(`Patroni does not read its configuration again: ${status}`);
        }
    }

    /** @throws AgentError where it does not answer; ZodError where its answer has an unknown form */
    async ask(member: string): Promise<MemberStatus> {
        const { content } = await requestJson(this.request(this.host(member), "GET", "/patroni"));
        return memberStatus.parse(content);
    }

    /** Has a member that does not lead be made anew from a copy of the leader. @throws AgentError where it does not answer, or refuses */
    async renew(member: string): Promise<void> {
        const request = this.request(this.host(member), "POST", "/reinitialize");
        const { status, content } = await send(request, JSON.stringify({ force: true }));
        if (status !== 200) {
            throw new AgentError(`Patroni does not make ${member} anew: ${status} ${content}`);
        }
    }

    private host(member: string): string {
        return `${member}.${this.name}`;
    }

    private request(host: string, method: string, path: string): Parameters<typeof send>[0] {
        const { port, name, folder } = this;
        return { ...identity(folder), host, port, servername: name, path, method, timeout: ANSWER_MS };
    }
}
