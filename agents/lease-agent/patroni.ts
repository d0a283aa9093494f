/** Patroni's API, at which other members are asked how they are, and told to begin anew. */
import { z } from "zod";
import { AgentError } from "../agent";
import { identity, requestJson, send } from "../https";

const ANSWER_MS = 3_000;

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
