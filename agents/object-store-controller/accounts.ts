/**
 * The store's accounts, by versitygw's administration. It listens on a Unix socket that only the store and the controller
 * have: https://github.com/versity/versitygw/wiki/Multi-Tenant
 */
import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { S3Client } from "@aws-sdk/client-s3";
import XMLBuilder from "fast-xml-builder";
import { XMLParser } from "fast-xml-parser";
import { AgentError, messageOf } from "../agent";

export interface Account {
    /** Access key id. */
    readonly user: string;
    readonly secret: string;
}

/** Has no rights of its own: bucket policies give them. */
const ROLE = "user";
const ANSWER_MS = 10_000;
const parser = new XMLParser({ parseTagValue: false, isArray: (name) => name === "Accounts" });
const builder = new XMLBuilder();

export class Accounts {
    /**
     * @param socket path of the administration's socket
     * @param administrator whose name the requests are signed in
     */
    constructor(
        private readonly socket: string,
        private readonly administrator: S3Client,
    ) {}

    async list(): Promise<Account[]> {
        const { ListUserAccountsResult: result } = parser.parse(await this.ask("list-users")) as {
            ListUserAccountsResult?: { Accounts?: { Access: string; Secret: string }[] };
        };
        return (result?.Accounts ?? []).map(({ Access, Secret }) => ({ user: Access, secret: Secret }));
    }

    async create({ user, secret }: Account): Promise<void> {
        await this.ask("create-user", {}, { Account: { Access: user, Secret: secret, Role: ROLE } });
    }

    async changeSecret({ user, secret }: Account): Promise<void> {
        await this.ask("update-user", { access: user }, { MutableProps: { Secret: secret, Role: ROLE } });
    }

    async remove(user: string): Promise<void> {
        await this.ask("delete-user", { access: user });
    }

    /** @throws AgentError with the store's own words */
    async ask(action: string, query: Record<string, string> = {}, content?: object): Promise<string> {
        const body = content === undefined ? "" : builder.build(content);
        const method = "PATCH";
        const path = `/${action}`;
        const signer = await this.administrator.config.signer();
        const { headers } = await signer.sign({
            method,
            protocol: "http:",
            hostname: "store",
            path,
            query,
            headers: { host: "store" },
            body,
        });
        const target = { socketPath: this.socket, path: `${path}?${new URLSearchParams(query).toString()}` };
        const answer = await new Promise<{ status: number; content: string }>((resolve, reject) => {
            request({ ...target, method, headers, signal: AbortSignal.timeout(ANSWER_MS) })
                .once("error", reject)
                .once("response", (response) => {
                    const status = response.statusCode ?? 0;
                    text(response).then((received) => resolve({ status, content: received }), reject);
                })
                .end(body);
        }).catch((error: unknown) => {
            throw new AgentError(`The store's administration did not answer to ${action}: ${messageOf(error)}`);
        });
        if (answer.status >= 300) {
            throw new AgentError(`The store's administration refused ${action}: ${answer.status} ${answer.content}`);
        }
        return answer.content;
    }
}
