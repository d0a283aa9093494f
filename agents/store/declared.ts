/** What the site declares of its store, as it is mounted into the agents' containers. */
import { storeBuckets } from "../../infra/conventions/object-store";
import { AgentError } from "../agent";

/** @throws AgentError that says where the text is wrong */
export function parseBuckets(text: string): string[] {
    let value: unknown;
    try {
        value = JSON.parse(text);
    } catch {
        throw new AgentError("The declared buckets are not valid JSON: run pulumi up, which writes them.");
    }
    const parsed = storeBuckets.safeParse(value);
    if (!parsed.success) {
        const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
        throw new AgentError(`The declared buckets are not as they must be: ${problems.join("; ")}.`);
    }
    return parsed.data;
}
