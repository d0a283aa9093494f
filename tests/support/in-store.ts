/**
 * A program that asks an object store as one of its users, from wherever it is started: `tests/system/site/audit-log.ts` starts it in the network
 * of a pod. It is told on standard input what to ask, and writes an outcome for each request.
 */
import { Agent } from "node:https";
import { text } from "node:stream/consumers";
import * as s3 from "@aws-sdk/client-s3";

/** What it is told. */
export interface Asking {
    /** Address of the store, the name in its certificate, and the authority behind that. */
    readonly address: string;
    readonly host: string;
    readonly authority: string;
    readonly region: string;
    readonly requests: readonly {
        readonly user: string;
        readonly secret: string;
        /** Name of a command of S3's client, without its ending. */
        readonly command: string;
        readonly input: object;
    }[];
}

/** What the store answered, or the code of its refusal. */
export type Answer = { readonly refused: string } | { readonly answered: unknown };

async function main(): Promise<void> {
    const { address, host, authority, region, requests } = JSON.parse(await text(process.stdin)) as Asking;
    const answers: Answer[] = [];
    for (const { user, secret, command, input } of requests) {
        const client = new s3.S3Client({
            endpoint: `https://${address}`,
            region,
            forcePathStyle: true,
            credentials: { accessKeyId: user, secretAccessKey: secret },
            requestHandler: { httpsAgent: new Agent({ ca: authority, servername: host }), requestTimeout: 10_000 },
        });
        const Command = (s3 as unknown as Record<string, new (input: object) => s3.ListObjectsV2Command>)[
            `${command}Command`
        ];
        if (Command === undefined) {
            throw new Error(`S3 has no command ${command}`);
        }
        answers.push(
            await client.send(new Command(input)).then(
                (answered) => ({ answered }),
                (error: unknown) => ({ refused: error instanceof Error ? error.name : String(error) }),
            ),
        );
    }
    process.stdout.write(JSON.stringify(answers));
}

if (require.main === module) {
    void main();
}
