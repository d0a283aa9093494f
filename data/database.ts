/** A database of a registry, however it is reached, and how its errors are explained to a person. */
import { Client, type ClientConfig, DatabaseError } from "pg";
import { UserError } from "../command-line/command";

export interface Database {
    /** Names the database in messages; holds no secret. */
    readonly name: string;
    readonly advice: Advice;
    /** A new connection. @throws UserError where there is none to be had */
    connect(options?: ConnectOptions): Promise<Client>;
}

/** How to go on where something fails: sentences that follow the one that says what failed. */
export interface Advice {
    readonly unreachable: string;
    /** One of the two did not accept the other's certificate. */
    readonly certificate: string;
    /** It takes no writes. */
    readonly standby: string;
    /** Advice by the server's own code: https://www.postgresql.org/docs/17/errcodes-appendix.html */
    readonly codes: Readonly<Record<string, string>>;
}

export interface ConnectOptions {
    /** Milliseconds after which a statement without an answer fails. Without it a statement may take all the time it needs. */
    readonly answerWithin?: number;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Milliseconds within which a connection must be there. */
export function patience({ answerWithin }: ConnectOptions): number {
    return answerWithin ?? CONNECT_TIMEOUT_MS;
}

/** Connects to the server that `config` says. */
export async function open(config: ClientConfig, options: ConnectOptions): Promise<Client> {
    const client = new Client({
        ...config,
        application_name: "data-embassy",
        connectionTimeoutMillis: patience(options),
        query_timeout: options.answerWithin,
        keepAlive: true,
    });
    // The next statement notices a lost connection; without a listener the loss would end the process.
    client.on("error", () => undefined);
    await client.connect();
    return client;
}

/** SQLSTATE of a server that is starting up and lets nobody in yet: https://www.postgresql.org/docs/17/errcodes-appendix.html */
const STARTING = "57P03";

/** Whether an error may pass by itself while pods, or the server in one, come up. */
export function mayPass(error: unknown): boolean {
    return isNetworkError(error) || codeOf(error) === STARTING;
}

/** Gives up a connection without a message to the server, which may be gone. */
export function abandon(client: Client): void {
    // `end` would wait for a server that no longer answers.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
}

/** The connection is gone, or never was there. Later there may be one. */
export class UnreachableError extends UserError {}

/** An error of the server, or of the way to it, with a message for people. Our own errors are passed on unchanged. */
export function explained(error: unknown, { name, advice }: Pick<Database, "name" | "advice">): unknown {
    if (error instanceof UserError) {
        return error;
    }
    if (error instanceof DatabaseError) {
        const detail = error.detail === undefined ? "" : ` (${error.detail})`;
        const code = error.code ?? "";
        const more = code === READ_ONLY ? advice.standby : (advice.codes[code] ?? COMMON_ADVICE[code]);
        return new UserError(`${name}: ${error.message}${detail}${more === undefined ? "" : `. ${more}`}`);
    }
    if (isTlsError(error)) {
        // OpenSSL's own errors have a message of several lines, and the reason beside it.
        const reason = (error as { reason?: string }).reason ?? message(error);
        return new UserError(`${name}: ${reason}. ${advice.certificate}`);
    }
    return isNetworkError(error)
        ? new UnreachableError(`${name} cannot be reached: ${message(error)}. ${advice.unreachable}`)
        : error;
}

const READ_ONLY = "25006";
const COMMON_ADVICE: Readonly<Record<string, string>> = {
    "53100": "Free some space on the server's disk and run the command again.",
};

/** Whether an error says that the connection is gone, or never was there. */
export function isNetworkError(error: unknown): boolean {
    return (
        /^(ECONN|ENOENT|EPIPE|ETIMEDOUT|EHOST|ENET|ENOTFOUND|EAI_)/.test(codeOf(error)) ||
        /Connection terminated|timeout|connection error|not queryable/i.test(message(error))
    );
}

/** https://nodejs.org/api/tls.html#x509-certificate-error-codes */
function isTlsError(error: unknown): boolean {
    return /^(ERR_TLS|ERR_SSL|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO)/.test(codeOf(error));
}

function codeOf(error: unknown): string {
    return (error as NodeJS.ErrnoException).code ?? "";
}

/** Reads an error by its shape and not by `instanceof`, because an error of Node.js need not share this module's `Error`, as under Jest. */
export function message(error: unknown): string {
    const { errors, message: text = String(error) } = (error ?? {}) as Partial<AggregateError>;
    return errors === undefined ? text : errors.map(message).join("; ");
}
