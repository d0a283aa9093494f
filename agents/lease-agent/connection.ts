/** The member's own Postgres, over its socket, where this program is let in by the user that it runs as. */
import { Client } from "pg";

const ANSWER_MS = 5_000;

export class Connection {
    private client: Client | undefined;

    constructor(
        private readonly socket: string,
        private readonly user: string,
    ) {}

    /** @throws Error of the driver where there is no answer; the next call connects anew */
    async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
        try {
            return await work((this.client ??= await this.connect()));
        } catch (error) {
            const { client } = this;
            this.client = undefined;
            await client?.end().catch(() => undefined);
            throw error;
        }
    }

    async end(): Promise<void> {
        await this.client?.end();
        this.client = undefined;
    }

    private async connect(): Promise<Client> {
        const client = new Client({
            host: this.socket,
            user: this.user,
            database: "postgres",
            application_name: this.user,
            connectionTimeoutMillis: ANSWER_MS,
            query_timeout: ANSWER_MS,
        });
        // What a lost connection means is seen at the next query.
        client.on("error", () => undefined);
        await client.connect();
        // That this site has it is enough: whether the other site has it too is what this query finds out.
        await client.query("SET synchronous_commit = local");
        return client;
    }
}
