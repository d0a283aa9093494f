/** What the store tells of itself: a POST for each object that was written, as S3 has its notifications. */
import { type Server, createServer } from "node:http";
import { text } from "node:stream/consumers";
import { z } from "zod";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html; versitygw leaves the version out. */
const notification = z.object({
    Records: z.array(
        z.object({
            eventName: z.string(),
            s3: z.object({ bucket: z.object({ name: z.string() }), object: z.object({ key: z.string() }) }),
        }),
    ),
});

const CREATED = "s3:ObjectCreated:";

/**
 * Answers at once. An event is a hint and nothing to rely on: what is lost or made up is put right by the next sweep.
 *
 * @param onWritten told bucket and key
 */
export function eventServer(onWritten: (bucket: string, key: string) => void): Server {
    return createServer((request, response) => {
        void text(request).then(
            (body) => {
                for (const { eventName, s3 } of records(body)) {
                    if (eventName.startsWith(CREATED)) {
                        onWritten(s3.bucket.name, s3.object.key);
                    }
                }
                // Without a body: versitygw reads none, and would keep the connection for ever.
                response.writeHead(204).end();
            },
            () => response.destroy(),
        );
    });
}

/** None in what the store sends at its start to see whether anybody is there. */
function records(body: string): z.infer<typeof notification>["Records"] {
    try {
        return notification.parse(JSON.parse(body)).Records;
    } catch {
        return [];
    }
}
