/**
 * Checks a program's inputs against a {@link Schema}.
 *
 * A general validator would not do, because at any depth a value may be unknown (in a preview) or secret, and must stay so. A failure never
 * repeats a secret value.
 */
import { closest, distance } from "fastest-levenshtein";
import type { CheckFailure } from "../../plugin/provider";
import { type PropertyMap, Secret, UNKNOWN, type Value, hasSecret } from "../../plugin/values";
import type { Property, PropertyType, Schema } from "./schema";

/** A text with more differing letters is another word, not a typing error. */
const LIKELY_SLIP = 3;

const EXPECTED: Record<PropertyType & string, string> = {
    string: "a string",
    integer: "a whole number",
    boolean: "true or false",
    strings: "a list of strings",
    map: "a map of strings",
};

export interface Read {
    /** Only well-formed values, each of its declared type, without nulls. */
    readonly values: PropertyMap;
    readonly failures: readonly CheckFailure[];
}

/**
 * Reads `raw` as `schema` says. A number where a string is declared and the reverse are converted, as the official
 * plugins do for programs in YAML, where `1` and `"1"` look alike.
 */
export function readInputs(schema: Schema, raw: PropertyMap): Read {
    const reader = new Reader();
    const values = reader.object(schema, raw, "");
    return { values, failures: reader.failures };
}

/** Thrown to skip the rest of a property, once its failure is recorded. */
class Malformed extends Error {}

class Reader {
    readonly failures: CheckFailure[] = [];

    object(schema: Schema, raw: Record<string, Value>, path: string): PropertyMap {
        const at = (name: string): string => (path ? `${path}.${name}` : name);
        for (const name of Object.keys(raw).filter((name) => !Object.hasOwn(schema, name))) {
            this.failures.push({ property: at(name), reason: unknownProperty(name, Object.keys(schema)) });
        }
        const values: PropertyMap = {};
        for (const [name, property] of Object.entries(schema)) {
            try {
                const value = this.property(property, raw[name], at(name));
                if (value !== undefined) {
                    values[name] = value;
                }
            } catch (error) {
                if (!(error instanceof Malformed)) {
                    throw error;
                }
            }
        }
        return values;
    }

    private property(property: Property, value: Value | undefined, path: string): Value | undefined {
        if (isAbsent(value)) {
            return property.required ? this.fail(path, `is missing: give ${expectation(property)}`) : undefined;
        }
        if (property.refused) {
            return this.fail(path, property.refused);
        }
        if (property.inId && hasSecret(value)) {
            return this.fail(
                path,
                "is a secret, but becomes part of the resource's id, which is stored in the clear: " +
                    "pass a value that is not a secret",
            );
        }
        return this.convert(property, value, path, property.secret ?? false);
    }

    /** @param hidden true inside a secret, whose value a failure must not repeat */
    private convert(property: Property, value: Value, path: string, hidden: boolean): Value {
        if (value instanceof Secret) {
            return new Secret(this.convert(property, value.value, path, true));
        }
        if (value === UNKNOWN) {
            return value;
        }
        const { type } = property;
        if (type === "strings") {
            return list(value)
                ? value.map((item, index) =>
                      this.convert({ ...property, type: "string" }, item, `${path}[${index}]`, hidden),
                  )
                : this.mistyped(property, value, path);
        }
        if (type === "map") {
            if (!object(value)) {
                return this.mistyped(property, value, path);
            }
            const entries = Object.entries(value).filter(([, item]) => !isAbsent(item));
            return Object.fromEntries(
                entries.map(([key, item]) => [key, this.convert({ type: "string" }, item, `${path}.${key}`, hidden)]),
            );
        }
        if (typeof type === "object") {
            return object(value) ? this.object(type, value, path) : this.mistyped(property, value, path);
        }
        const scalar = scalars[type](value);
        if (scalar === undefined) {
            return this.mistyped(property, value, path);
        }
        const allowed =
            (!property.oneOf || property.oneOf.includes(String(scalar))) &&
            (property.atLeast === undefined || Number(scalar) >= property.atLeast);
        if (!allowed) {
            const found = hidden ? "another value" : JSON.stringify(scalar);
            return this.fail(path, `is ${found}: give ${expectation(property)}${suggestion(property, scalar)}`);
        }
        return scalar;
    }

    private mistyped(property: Property, value: Value, path: string): never {
        return this.fail(path, `is ${kindOf(value)}: give ${expectation(property)}`);
    }

    private fail(property: string, reason: string): never {
        this.failures.push({ property, reason: `${property} ${reason}` });
        throw new Malformed();
    }
}

type Scalar = string | number | boolean;

const scalars: Record<"string" | "integer" | "boolean", (value: Value) => Scalar | undefined> = {
    string: (value) => (isScalar(value) ? String(value) : undefined),
    integer: (value) => {
        const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
        return Number.isSafeInteger(number) ? (number as number) : undefined;
    },
    boolean: (value) => (typeof value === "boolean" ? value : undefined),
};

function isAbsent(value: Value | undefined): value is null | undefined {
    return value === undefined || value === null || (value instanceof Secret && isAbsent(value.value));
}

function isScalar(value: Value): value is Scalar {
    return ["string", "number", "boolean"].includes(typeof value);
}

function list(value: Value): value is Value[] {
    return Array.isArray(value);
}

function object(value: Value): value is Record<string, Value> {
    return value !== null && typeof value === "object" && !list(value) && !(value instanceof Secret);
}

function kindOf(value: Value): string {
    if (list(value)) {
        return "a list";
    }
    return object(value) ? "an object" : `a ${typeof value}`;
}

function expectation({ type, oneOf, atLeast }: Property): string {
    if (oneOf) {
        return `one of ${oneOf.join(", ")}`;
    }
    const expected = typeof type === "object" ? `an object of ${Object.keys(type).join(", ")}` : EXPECTED[type];
    return atLeast === undefined ? expected : `${expected}, at least ${atLeast}`;
}

function suggestion({ oneOf = [] }: Property, found: Value): string {
    const near = typeof found === "string" ? likely(found, oneOf) : undefined;
    return near ? ` (did you mean ${near}?)` : "";
}

function unknownProperty(name: string, known: readonly string[]): string {
    const near = likely(name, known);
    return `${name} is not a property of this resource${near ? `: did you mean ${near}?` : `; it has ${known.join(", ")}`}`;
}

/** The known entry that differs by a typing error, by case, or by `camelCase` for `snake_case`. */
function likely(found: string, known: readonly string[]): string | undefined {
    const fold = (text: string): string => text.replaceAll("_", "").toLowerCase();
    const folded = known.find((candidate) => fold(candidate) === fold(found));
    const near = folded ?? (known.length > 0 ? closest(found, known) : undefined);
    return near !== undefined && (near === folded || distance(found, near) <= LIKELY_SLIP) ? near : undefined;
}
