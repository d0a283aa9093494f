/** Turns what the schema library reports into lines for the person who wrote the stack file. */
import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];
type Shape = Readonly<Record<string, z.core.$ZodType>>;

const PREFIX = "data-embassy";
/** With more edits than this, a key is another word and not a misspelling. */
const MISSPELT = 2;

/** A setting that had another name: anybody who still uses that name is told the new one. */
export function formerly<T extends z.ZodType>(name: string, schema: T): T {
    return schema.meta({ formerly: name });
}

/** An error in what the program is given, for the operator to mend. Its message says everything. */
export class InputError extends Error {}

/**
 * One line per problem: the key, what was found, what would be right.
 *
 * @param prefix stands before each key, as the project's name does in a stack file
 */
export function describeIssues(
    issues: readonly Issue[],
    schema: z.core.$ZodType,
    raw: unknown,
    prefix = `${PREFIX}:`,
): string[] {
    const keyOf = (path: Path): string => prefix + pathText(path);
    return issues.flatMap((issue) => {
        const key = keyOf(issue.path);
        const found = issue.path.reduce<unknown>(step, raw);
        switch (issue.code) {
            case "unrecognized_keys":
                return issue.keys.map((name) =>
                    unknownKey(keyOf([...issue.path, name]), name, shapeAt(schema, issue.path)),
                );
            case "invalid_type":
                return found === undefined
                    ? `${key} is missing; it must be ${expected(issue.expected)}`
                    : `${key} is ${show(found)}; it must be ${expected(issue.expected)}`;
            case "invalid_value":
                return `${key} is ${show(found)}; it ${rule(issue.message, `must be one of ${issue.values.map(String).join(", ")}`)}`;
            case "invalid_key":
                return `${key} is not a name that can be used here; it ${issue.issues.map(({ message }) => message).join(", ")}`;
            case "too_small":
                return `${key} is ${show(found)}; it ${rule(issue.message, `must be ${issue.minimum} or more`)}`;
            case "too_big":
                return `${key} is ${show(found)}; it ${rule(issue.message, `must be ${issue.maximum} or less`)}`;
            default:
                return `${key} is ${show(found)}; it ${issue.message}`;
        }
    });
}

/** Only the keys, for values that must not be quoted. */
export function wrongKeys(issues: readonly Issue[]): string {
    const keys = issues.flatMap(({ path, ...issue }) =>
        issue.code === "unrecognized_keys" ? issue.keys.map((key) => pathText([...path, key])) : pathText(path),
    );
    return [...new Set(keys)].join(", ");
}

function unknownKey(key: string, name: string, shape: Shape): string {
    const known = Object.keys(shape);
    const renamed = known.find((each) => z.globalRegistry.get(shape[each] as z.core.$ZodType)?.["formerly"] === name);
    if (renamed !== undefined) {
        return `${key} is now called ${renamed}: write that key instead`;
    }
    const nearest = known.length > 0 ? closest(name, known) : undefined;
    const hint =
        nearest !== undefined && distance(name, nearest) <= MISSPELT
            ? `did you mean ${nearest}?`
            : `known here: ${known.join(", ")}`;
    return `${key} is not known; ${hint}`;
}

/** The names that the schema has at `path`, with what each takes. */
function shapeAt(schema: z.core.$ZodType, path: Path): Shape {
    let current: z.core.$ZodType | undefined = schema;
    for (const part of path) {
        current = required(current);
        if (current instanceof z.ZodObject) {
            current = (current.shape as Record<PropertyKey, z.core.$ZodType>)[part];
        } else if (current instanceof z.ZodRecord) {
            current = current.valueType;
        } else {
            current = undefined;
        }
    }
    current = required(current);
    return current instanceof z.ZodObject ? current.shape : {};
}

function required(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
    return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

/** `cluster.feeds.a`, as it would be written for `pulumi config set --path`. */
function pathText([top, ...rest]: Path): string {
    const inner = rest.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`));
    return `${String(top)}${inner.join("")}`;
}

function step(value: unknown, part: PropertyKey): unknown {
    return typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[part] : undefined;
}

/** A private key that was given in place of a public one must not appear in a message. */
function show(value: unknown): string {
    const isSecret = (item: unknown): boolean => typeof item === "string" && /PRIVATE KEY|AGE-SECRET-KEY/.test(item);
    return value === undefined
        ? "missing"
        : JSON.stringify(value, (_, item: unknown) => (isSecret(item) ? "a private key" : item));
}

const EXPECTED: Readonly<Record<string, string>> = {
    object: "a map of keys",
    record: "a map of names",
    array: "a list",
    int: "a whole number",
    number: "a number",
    string: "text (in quotes, if it looks like a number)",
};

function expected(type: string): string {
    return EXPECTED[type] ?? type;
}

/** Our own schemas say "must …"; the library's default messages do not, and are replaced. */
function rule(message: string, otherwise: string): string {
    return message.startsWith("must") ? message : otherwise;
}
