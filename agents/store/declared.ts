/** What the site declares of its store, as it is mounted into the agents' containers. */
import { z } from "zod";
import { AgentError } from "../agent";

/** What each is good for is said where they are declared: infra/storage/store-users.ts. */
const right = z.enum(["backup", "read", "retain", "purge"]);
export type Right = z.infer<typeof right>;

const user = z
    .strictObject({ secret: z.string().min(1), right, bucket: z.string().min(1).optional() })
    .refine(({ right, bucket }) => (right === "retain" || right === "purge") === (bucket === undefined), {
        message: "backup and read need a bucket, retain and purge hold for all buckets and name none",
    });

const users = z.record(z.string(), user);
const buckets = z.array(z.string().min(1));

/** Access key id → what it opens. */
export type Users = z.infer<typeof users>;

/** @throws AgentError that says where the text is wrong, without the text: it holds secrets */
export function parseUsers(text: string): Users {
    return parse("users", users, text);
}

/** @throws AgentError that says where the text is wrong */
export function parseBuckets(text: string): string[] {
    return parse("buckets", buckets, text);
}

function parse<T>(what: string, schema: z.ZodType<T>, text: string): T {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new AgentError(`The declared ${what} are not valid JSON: run pulumi up, which writes them.`);
    }
    const parsed = schema.safeParse(value);
    if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
        throw new AgentError(`The declared ${what} are not as they must be: ${problems.join("; ")}.`);
    }
    return parsed.data;
}
