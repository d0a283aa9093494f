/**
 * The annotation `pulumi.com/waitFor`: `condition=Ready[=True]`, `jsonpath={.status.phase}[=Running]`, or a JSON list of
 * those, all of which must hold. https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/
 */
import { KubeObject } from "../objects";
import { Awaiter, READY, Verdict, condition, waiting } from "./verdict";

type Test = (object: KubeObject) => boolean;

/** Throws for an expression that is neither a condition nor a JSONPath. */
export async function waitFor(annotation: string): Promise<Awaiter> {
    const tests = await Promise.all(
        expressions(annotation).map(async (expression) => ({ expression, holds: await parse(expression) })),
    );
    return {
        check(object): Verdict {
            const open = tests
                .filter(({ holds }) => !holds(object))
                .map(({ expression }) => `${expression} does not hold yet`);
            return open.length > 0 ? waiting(...open) : READY;
        },
    };
}

function expressions(annotation: string): string[] {
    if (!annotation.trimStart().startsWith("[")) {
        return [annotation];
    }
    const parsed: unknown = JSON.parse(annotation);
    if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every((each) => typeof each === "string")) {
        throw new Error(`pulumi.com/waitFor is ${annotation}: a list in it must have texts, and at least one`);
    }
    return parsed;
}

async function parse(expression: string): Promise<Test> {
    const byCondition = /^condition=([^=]+)(?:=(.*))?$/.exec(expression);
    if (byCondition) {
        const [, type = "", status = "True"] = byCondition;
        return (object) => condition(object, type)?.["status"] === status;
    }
    const byPath = /^jsonpath='?\{(.+?)\}'?(?:=(.*))?$/.exec(expression);
    if (!byPath) {
        throw new Error(
            `pulumi.com/waitFor has ${JSON.stringify(expression)}: it must be condition=<type>[=<status>] or ` +
                "jsonpath={<path>}[=<value>]",
        );
    }
    const [, path = "", value] = byPath;
    const { JSONPath } = await import("jsonpath-plus");
    return (object) => {
        const found = JSONPath<unknown[]>({ path: `$${path}`, json: object, wrap: true, eval: "safe" });
        return value === undefined ? found.length > 0 : found.some((each) => String(each) === value);
    };
}
