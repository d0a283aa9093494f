/**
 * The annotation `pulumi.com/waitFor`: `condition=Ready[=True]`, `jsonpath={.status.phase}[=Running]`, or a JSON list of
 * those, all of which must hold. https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/
 * Conditions are read as `kubectl wait` reads them, paths by RFC 9535.
 */
import { KubeObject, at, list, isMap, text } from "../objects";
import { Plain, PlainMap } from "../../../plugin/values";
import { Awaiter, READY, Verdict, failed, waiting } from "./verdict";

type Test = (object: KubeObject) => boolean;

/** Throws for an expression that is neither a condition nor a JSONPath. */
export async function waitFor(annotation: string): Promise<Awaiter> {
    const tests = await Promise.all(
        expressions(annotation).map(async (expression) => ({ expression, holds: await parse(expression) })),
    );
    return {
        check(object): Verdict {
            try {
                const open = tests
                    .filter(({ holds }) => !holds(object))
                    .map(({ expression }) => `${expression} does not hold yet`);
                return open.length > 0 ? waiting(...open) : READY;
            } catch (error) {
                return failed(error instanceof Error ? error.message : String(error));
            }
        },
    };
}

function expressions(annotation: string): string[] {
    let parsed: unknown;
    try {
        parsed = JSON.parse(annotation);
    } catch {
        return [annotation];
    }
    if (!Array.isArray(parsed) || parsed.length === 0 || !parsed.every((each) => typeof each === "string")) {
        throw new Error(`pulumi.com/waitFor is ${annotation}: a list in it must have texts, and at least one`);
    }
    return parsed;
}

async function parse(expression: string): Promise<Test> {
    const byCondition = /^condition=([^=]+)(?:=(.*))?$/.exec(expression);
    if (byCondition) {
        const [, type = "", status = "True"] = byCondition;
        return (object) => hasCondition(object, type, status);
    }
    // A single equals sign ends the path: those inside are doubled.
    const byPath = /^jsonpath=(\{\s*(?:[^=]|==)*?\s*\})(?:=([^=]+))?$/.exec(expression);
    if (!byPath) {
        throw new Error(
            `pulumi.com/waitFor has ${JSON.stringify(expression)}: it must be condition=<type>[=<status>] or ` +
                "jsonpath={<path>}[=<value>], without quotes of a shell",
        );
    }
    const [, braced = "", value] = byPath;
    return byValue(braced, await compiled(braced), value);
}

async function compiled(braced: string): Promise<(object: KubeObject) => readonly Plain[]> {
    const inner = braced.slice(1, -1).trim();
    const { compile } = await import("json-p3");
    try {
        const query = compile(inner.startsWith("$") ? inner : `$${inner}`);
        return (object) => query.query(object).values() as Plain[];
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Error(`pulumi.com/waitFor has the path ${braced}: it is no JSONPath (${reason})`);
    }
}

/** Upstream does the same: the first value that is found counts, and where none is asked for, any value will do. */
function byValue(path: string, select: (object: KubeObject) => readonly Plain[], wanted: string | undefined): Test {
    return (object) => {
        const [found] = isOutdated(at(object, "status", "observedGeneration"), object) ? [] : select(object);
        if (found === undefined || wanted === undefined) {
            return found !== undefined;
        }
        if (found !== null && typeof found === "object") {
            throw new Error(`pulumi.com/waitFor compares ${path} with ${wanted}, but there is an object or a list`);
        }
        return String(found) === wanted;
    };
}

/** True if what the controller says is about an older specification. */
function isOutdated(observed: unknown, object: KubeObject): boolean {
    const generation = at(object, "metadata", "generation");
    return typeof generation === "number" && typeof observed === "number" && observed < generation;
}

function hasCondition(object: KubeObject, type: string, status: string): boolean {
    const found = list(object, "status", "conditions")
        .filter(isMap)
        .find((each: PlainMap) => sameWord(text(each, "type"), type));
    const observed = at(found, "observedGeneration") ?? at(object, "status", "observedGeneration");
    return found !== undefined && !isOutdated(observed, object) && sameWord(text(found, "status"), status);
}

function sameWord(one: string, other: string): boolean {
    return one.toLowerCase() === other.toLowerCase();
}
