/** A site's object store, as one of its users sees it. */
import { Agent } from "node:https";
import { S3Client, S3ServiceException } from "@aws-sdk/client-s3";
import type { Settings } from "../../infra/conventions/agents";
import { mounted } from "../settings";

export interface Access {
    /** `https://host[:port]` */
    readonly url: string;
    readonly region: string;
    /** PEM of the root that must be behind the store's certificate; without it, one of those that Node.js knows. */
    readonly authority: string | undefined;
    /** Access key id. */
    readonly user: string;
    readonly secret: string;
}

/** Milliseconds. A store that hangs must not hold up the agent, which tries again by itself. */
const CONNECT_MS = 3_000;
const ANSWER_MS = 10_000;
/** As the SDK has it by itself. */
const MOST_CONNECTIONS = 50;

/** @param attempts 1 for a caller that has to know what the first attempt did */
export function storeClient({ url, region, authority, user, secret }: Access, attempts = 3): S3Client {
    return new S3Client({
        endpoint: url,
        region,
        // All buckets have one host name, in one certificate.
        forcePathStyle: true,
        maxAttempts: attempts,
        // Data that is passed on as it comes in is buffered, because S3 takes no smaller piece than 8 KiB.
        requestStreamBufferSize: 65_536,
        credentials: { accessKeyId: user, secretAccessKey: secret },
        requestHandler: {
            // Made here: from options, the SDK makes one for large bodies that has no authority (@smithy/node-http-handler, Expect: 100-continue).
            httpsAgent: new Agent({ ca: authority, keepAlive: true, maxSockets: MOST_CONNECTIONS }),
            connectionTimeout: CONNECT_MS,
            requestTimeout: ANSWER_MS,
        },
    });
}

type Place = Pick<Settings<"purger">, "STORE_URL" | "STORE_REGION" | "STORE_AUTHORITY">;
type User = Pick<Settings<"purger">, "STORE_USER" | "STORE_SECRET">;

/** The site's store, as the pod is told of it. */
export function storeOf(settings: Place): Omit<Access, "user" | "secret"> {
    return {
        url: settings.STORE_URL,
        region: settings.STORE_REGION,
        authority: mounted(settings.STORE_AUTHORITY),
    };
}

/** The site's store, with the user that the agent is there. */
export function accessOf(settings: Place & User): Access {
    return { ...storeOf(settings), user: settings.STORE_USER, secret: mounted(settings.STORE_SECRET) };
}

/** @returns S3's error code, such as `AccessDenied`; undefined where the store did not answer */
export function errorCode(error: unknown): string | undefined {
    return error instanceof S3ServiceException ? error.name : undefined;
}

/** What `ask` brings; undefined where the store answers with this error code. */
export async function unless<T>(code: string, ask: Promise<T>): Promise<T | undefined> {
    try {
        return await ask;
    } catch (error) {
        if (errorCode(error) === code) {
            return undefined;
        }
        throw error;
    }
}
