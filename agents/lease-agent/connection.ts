/** The member's own Postgres, over its socket, where this program is admitted by the user that it runs as. */
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
        // The next query notices a lost connection.
        client.on("error", () => undefined);
        await client.connect();
        // It is enough that this site has a commit: whether the other site has it too is what these queries find out.
        await client.query("SET synchronous_commit = local");
        return client;
    }
}
